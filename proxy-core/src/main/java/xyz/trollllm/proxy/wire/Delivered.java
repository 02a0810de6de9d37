package xyz.trollllm.proxy.wire;

/**
 * What of an answer was delivered.
 *
 * @param abandoned whether the client left, so that the upstream had no chance to end it
 * @param content whether there was any content
 * @param characters of text, thinking and tool arguments
 * @param ended whether the answer reported its own end
 */
record Delivered(boolean abandoned, boolean content, long characters, boolean ended) {}
