package xyz.trollllm.server.vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What a {@link ReplayingUpstream} does with requests. */
public sealed interface Replay {

  /**
   * Sends this answer.
   *
   * @param pieces the body, each piece written by itself
   * @param cut whether the connection is broken after the last piece, in the middle of the body
   */
  record Answers(HttpText answer, List<byte[]> pieces, boolean cut) implements Replay {
    public Answers {
      pieces = List.copyOf(pieces);
    }
  }

  /** Takes requests and never answers. */
  record Hangs() implements Replay {}

  /** What the upstream does in a case. */
  static Replay of(VectorCase vectorCase) {
    HttpText answer = vectorCase.answer();
    if (answer == null) {
      return new Hangs();
    }
    return vectorCase.byteByByte()
        ? new Answers(answer, single(answer.body()), vectorCase.cut())
        : new Answers(answer, List.of(answer.body()), vectorCase.cut());
  }

  /** The answer of a case with another body, written in pieces that end where {@code cuts} say. */
  static Replay of(VectorCase vectorCase, byte[] body, int... cuts) {
    HttpText answer = vectorCase.answer();
    if (answer == null) {
      throw new IllegalArgumentException(vectorCase + " has no answer");
    }
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int cut : cuts) {
      pieces.add(Arrays.copyOfRange(body, from, cut));
      from = cut;
    }
    pieces.add(Arrays.copyOfRange(body, from, body.length));
    return new Answers(answer, pieces, vectorCase.cut());
  }

  /** Every byte by itself. */
  static List<byte[]> single(byte[] body) {
    return IntStream.range(0, body.length).mapToObj(at -> new byte[] {body[at]}).toList();
  }
}
