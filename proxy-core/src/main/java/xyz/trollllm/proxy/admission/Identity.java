package xyz.trollllm.proxy.admission;

/** Who sends a request, and by which key they proved it. */
public record Identity(ApiKey key, Account account) {}
