package xyz.trollllm.proxy.admission;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.proxy.Background;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.wire.RequestReading;
import xyz.trollllm.proxy.wire.RequestSummary;

/** Reads bodies where it keeps nobody from other calls. Safe for use by many threads. */
record BodyReading(Background background) {
  /** Bodies above this, in bytes, are read in the background. */
  private static final int LARGE = 1 << 20;

  /**
   * Reads the body of {@code request} and calls one of the two once: before returning, or through
   * {@code caller} later.
   *
   * @param reader what reads it; whatever it throws is thrown to the caller's thread
   */
  void read(
      ProxyRequest request,
      Supplier<RequestReading> reader,
      Executor caller,
      Consumer<RequestSummary> read,
      Consumer<Rejection> refused) {
    if (request.body().remaining() <= LARGE) {
      tell(reader.get(), read, refused);
      return;
    }
    try {
      background.compute(reader, caller, reading -> tell(reading, read, refused));
    } catch (RejectedExecutionException _) {
      refused.accept(new Rejection.ShuttingDown());
    }
  }

  private static void tell(
      RequestReading reading, Consumer<RequestSummary> read, Consumer<Rejection> refused) {
    switch (reading) {
      case RequestReading.Invalid(String message) ->
          refused.accept(new Rejection.InvalidBody(message));
      case RequestReading.Read(RequestSummary summary) -> read.accept(summary);
    }
  }
}
