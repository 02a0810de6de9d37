package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.math.BigDecimal;

/** A gateway that vectors are put to, as a client and whoever reads its books see it. */
public interface Gateway {

  /**
   * Sends a request and waits for all of the answer.
   *
   * @throws IOException if no answer came
   */
  Answered send(HttpText request) throws IOException;

  /** Begins to watch the books; asked for before a request is sent. */
  Watch watch();

  /** The books since a moment. */
  interface Watch {
    /**
     * What has been booked since.
     *
     * @param expected the charge that should have been booked: books that lag behind are asked
     *     again until they say so or time is up
     */
    Accounted accounted(Answered answered, BigDecimal expected) throws IOException;
  }
}
