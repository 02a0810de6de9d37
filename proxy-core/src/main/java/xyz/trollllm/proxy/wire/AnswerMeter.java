package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;

/**
 * Reads the usage out of one answer while its bytes are relayed. One per answer, used by one
 * thread.
 */
public interface AnswerMeter {

  /** Reads all remaining bytes without changing the buffer. Any cut between calls is the same. */
  void observe(ByteBuffer bytes);

  /** Whether any content, as opposed to framing and usage, has come. */
  boolean sawContent();

  /** Whether the answer reported its own end: a final event, or a complete JSON document. */
  boolean sawEnd();

  /** Whether the upstream reported an error inside the answer. */
  boolean sawError();

  /** How many events have come. APIs that number theirs give this number to the next one. */
  long events();

  /**
   * Grows whenever the upstream has reported usage, the first content or an end: what the answer is
   * charged may have changed by any amount then, and otherwise by no more than came.
   */
  long reports();

  /** What the answer used as far as it came. */
  Metered usage();

  /**
   * What the answer used, if an event that lacks its end was kept from the client: it then counts
   * only beside content that was delivered.
   */
  Metered usageWithoutPending();

  /**
   * What the answer used, if it was the client who left: what the upstream has reported then counts
   * even if no content had come yet, since the upstream charges for it.
   */
  Metered usageOfAbandoned();
}
