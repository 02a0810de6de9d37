package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Ids of settled requests whose rows stand in the log, kept until no straggling statement can want
 * to hold them again. They stand in arrays, one for all ids that may be forgotten in the same few
 * seconds: an array of strings is what stores copy and search cheapest.
 */
final class Past {
  private static final long SECONDS = 5;
  private static final String PATH = "gw.past";

  private Past() {}

  static String path() {
    return PATH;
  }

  static String path(String array) {
    return PATH + '.' + array;
  }

  /** The array of ids that are kept until {@code keptUntil} or a little longer. */
  static String array(Instant keptUntil) {
    return Long.toString(number(keptUntil));
  }

  /** The arrays in which an id can stand that is kept until any time in between. */
  static List<String> arrays(Instant earliest, Instant latest) {
    List<String> arrays = new ArrayList<>();
    for (long number = number(earliest); number <= number(latest); number++) {
      arrays.add(Long.toString(number));
    }
    return arrays;
  }

  static boolean isOver(String array, Instant now) {
    return !Instant.ofEpochSecond(Long.parseLong(array) * SECONDS).isAfter(now);
  }

  private static long number(Instant keptUntil) {
    return Math.floorDiv(keptUntil.getEpochSecond(), SECONDS) + 1;
  }
}
