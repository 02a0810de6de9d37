package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;

/** Reads the usage out of an answer that is one JSON document. */
final class DocumentMeter<D extends AnswerDocument<?>> implements AnswerMeter {
  private final D document;
  private final AnswerTotals<D> nothing;
  private final ByteReader reader;

  DocumentMeter(D document, AnswerTotals<D> nothing) {
    this.document = document;
    this.nothing = nothing;
    this.reader = new ByteReader(document.tap()::feed);
  }

  @Override
  public void observe(ByteBuffer bytes) {
    reader.read(bytes);
  }

  @Override
  public boolean sawContent() {
    return totals().sawContent();
  }

  @Override
  public boolean sawEnd() {
    return document.tap().complete();
  }

  @Override
  public boolean sawError() {
    return totals().sawError();
  }

  @Override
  public long events() {
    return 0;
  }

  @Override
  public long reports() {
    long usage = document.usageIsWhole() ? 1 : 0;
    return document.tap().complete() ? usage + 1 : usage;
  }

  @Override
  public Metered usage() {
    return totals().metered(false);
  }

  @Override
  public Metered usageWithoutPending() {
    return usage();
  }

  @Override
  public Metered usageOfAbandoned() {
    return totals().metered(true);
  }

  private AnswerTotals<D> totals() {
    AnswerTotals<D> totals = nothing.copy();
    totals.add("", document);
    if (document.tap().complete()) {
      totals.end();
    } else if (document.tap().failed() && !document.usageIsWhole()) {
      totals.addUnreadable(document);
    }
    return totals;
  }
}
