package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;

/**
 * Moves an answer from the upstream on, at the pace of who takes it, and takes its content coding
 * off on the way. A coded answer is decoded in pieces: while the taker is busy, or after as much as
 * one turn of the loop should take, what was read stays coded and the upstream waits.
 *
 * <p>One per answer, confined to the call's event loop.
 */
final class AnswerFlow implements AutoCloseable {
  private static final int PIECES_A_TURN = 64;

  /** Who takes an answer. */
  interface Sink {
    /** Content as it was before it was coded; the buffer must not be changed. */
    void read(ByteBuffer content);

    /** Bytes for the client; false if it should be waited for {@link AnswerFlow#resume}. */
    boolean relay(ByteBuffer bytes);
  }

  /** Who hears how it ended, once everything before was taken. */
  interface Ending {
    void complete();

    void broken(UpstreamFailure failure);
  }

  private final Upstream.Transfer transfer;
  private final Executor later;
  private final @Nullable ContentDecoder decoder;
  private final boolean relaysCoded;
  private final Sink sink;
  private final Ending ending;
  private final Deque<ByteBuffer> coded = new ArrayDeque<>();
  private @Nullable Runnable end;
  private boolean blocked;
  private boolean halted;
  private boolean paused;
  private boolean turnIsDue;
  private boolean closed;

  /**
   * @param later runs a step of the call in a later turn of its loop
   * @param decoder takes off the answer's coding; null if it has none
   * @param relaysCoded whether the client gets the bytes as they came although they are coded
   */
  AnswerFlow(
      Upstream.Transfer transfer,
      Executor later,
      @Nullable ContentDecoder decoder,
      boolean relaysCoded,
      Sink sink,
      Ending ending) {
    this.transfer = transfer;
    this.later = later;
    this.decoder = decoder;
    this.relaysCoded = relaysCoded;
    this.sink = sink;
    this.ending = ending;
  }

  void bytes(ByteBuffer bytes) {
    if (decoder == null) {
      sink.read(bytes);
      blocked = !sink.relay(bytes);
      pauseIf(blocked);
    } else {
      coded.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
      proceed();
    }
  }

  /** Whoever takes the answer is ready for more. */
  void resume() {
    blocked = false;
    proceed();
  }

  void end() {
    end =
        () -> {
          if (decoder == null || decoder.isComplete()) {
            ending.complete();
          } else {
            ending.broken(new UpstreamFailure.Broken("the coded answer is incomplete"));
          }
        };
    proceed();
  }

  void failed(UpstreamFailure failure) {
    end = () -> ending.broken(failure);
    proceed();
  }

  private void proceed() {
    if (closed) {
      return;
    }
    boolean turnIsOver = decode();
    if (closed) {
      return;
    }
    if (turnIsOver && !turnIsDue) {
      turnIsDue = true;
      later.execute(this::nextTurn);
    }
    if (coded.isEmpty() && end != null) {
      Runnable last = end;
      close();
      last.run();
    } else {
      pauseIf(blocked || turnIsOver);
    }
  }

  private void nextTurn() {
    turnIsDue = false;
    proceed();
  }

  /** Decodes what there is; returns whether it has to go on in a later turn of the loop. */
  private boolean decode() {
    for (int pieces = 0; !coded.isEmpty() && !blocked && !closed; pieces++) {
      if (pieces == PIECES_A_TURN) {
        return true;
      }
      decodePiece(coded.getFirst());
    }
    return false;
  }

  private void decodePiece(ByteBuffer bytes) {
    ByteBuffer content;
    try {
      content = Objects.requireNonNull(decoder).decode(bytes);
    } catch (DataFormatException e) {
      close();
      transfer.cancel();
      ending.broken(new UpstreamFailure.Broken("the coded answer: " + e.getMessage()));
      return;
    }
    if (content.hasRemaining()) {
      sink.read(content);
      blocked = !relaysCoded && !sink.relay(content);
    } else {
      coded.removeFirst();
      blocked = relaysCoded && !sink.relay(bytes.rewind());
    }
  }

  /** Takes nothing more from the upstream until {@link #goOn}; whoever takes it may go on. */
  void halt() {
    halted = true;
    pauseIf(true);
  }

  void goOn() {
    halted = false;
    proceed();
  }

  private void pauseIf(boolean busy) {
    boolean wait = busy || halted;
    if (closed) {
      return;
    }
    if (wait && !paused) {
      transfer.pause();
    } else if (!wait && paused) {
      transfer.resume();
    }
    paused = wait;
  }

  /** Nothing is read, relayed or told any more. */
  @Override
  public void close() {
    closed = true;
    coded.clear();
    if (decoder != null) {
      decoder.close();
    }
  }
}
