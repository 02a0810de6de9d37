package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;

/**
 * Reads the usage out of an event stream. What an event says counts once the event is over, as its
 * name may come last, and once its document is complete. An event that only lacks its blank line
 * counts too: clients drop it, but the upstream charges for it.
 */
final class EventStreamMeter<D extends AnswerDocument<?>> implements AnswerMeter {
  private final D document;
  private final AnswerTotals<D> dispatched;
  private final DoneMarker done = new DoneMarker();
  private final SseScanner scanner = new SseScanner(new Events());
  private final ByteReader reader = new ByteReader(scanner::scan);
  private long events;
  private long reports;

  EventStreamMeter(D document, AnswerTotals<D> nothing) {
    this.document = document;
    this.dispatched = nothing;
  }

  @Override
  public void observe(ByteBuffer bytes) {
    reader.read(bytes);
  }

  @Override
  public boolean sawContent() {
    return dispatched.sawContent() || totals().sawContent();
  }

  @Override
  public boolean sawEnd() {
    return dispatched.sawEnd() || totals().sawEnd();
  }

  @Override
  public boolean sawError() {
    return dispatched.sawError() || totals().sawError();
  }

  @Override
  public long events() {
    return events;
  }

  @Override
  public long reports() {
    return reports;
  }

  @Override
  public Metered usage() {
    return totals().metered(false);
  }

  @Override
  public Metered usageWithoutPending() {
    return dispatched.sawContent() ? usage() : dispatched.metered(false);
  }

  @Override
  public Metered usageOfAbandoned() {
    return totals().metered(true);
  }

  private AnswerTotals<D> totals() {
    if (!scanner.pending()) {
      return dispatched;
    }
    AnswerTotals<D> withPending = dispatched.copy();
    return addEvent(withPending, scanner.name()) ? withPending : dispatched;
  }

  /** Returns false if the event holds no complete document. */
  private boolean addEvent(AnswerTotals<D> totals, String name) {
    if (done.matched()) {
      totals.done();
    } else if (document.tap().complete()) {
      totals.add(name, document);
    } else {
      return false;
    }
    return true;
  }

  private final class Events implements SseScanner.Listener {
    @Override
    public void data(byte[] bytes, int from, int to) {
      document.tap().feed(bytes, from, to);
      done.feed(bytes, from, to);
    }

    @Override
    public void dispatch(String name) {
      events++;
      boolean hadContent = dispatched.sawContent();
      boolean hadEnd = dispatched.sawEnd();
      if (!addEvent(dispatched, name)) {
        dispatched.addUnreadable(document);
      }
      if (document.hasUsage()
          || hadContent != dispatched.sawContent()
          || hadEnd != dispatched.sawEnd()) {
        reports++;
      }
      document.clear();
      done.clear();
    }
  }
}
