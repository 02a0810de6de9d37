package xyz.trollllm.proxy.admission;

/**
 * The owner of a key, as far as admission needs to know. The balance is not here: the ledger alone
 * decides whether it suffices.
 *
 * @param userId whose credit pays
 * @param active whether the user may send anything at all
 */
public record Account(String userId, boolean active) {}
