package xyz.trollllm.server.smoke;

import java.util.Optional;
import xyz.trollllm.server.vectors.Answered;

/** What became of one request to a gateway. Reasons are sentences without a full stop. */
sealed interface Posted {
  /**
   * There is an answer, or at least its head.
   *
   * @param problem why it is not waited for any longer
   */
  record Answer(Answered answered, Optional<String> problem) implements Posted {}

  /** No connection came about, so that the gateway does not know of it. */
  record NotSent(String why) implements Posted {}

  /** It went on its way, and nothing else is known: the gateway may be serving it. */
  record Lost(String why) implements Posted {}
}
