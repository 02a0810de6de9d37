package xyz.trollllm.proxy.wire;

import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.UsageSemantics;

/** What the documents of one answer say together. Subclasses know the rules of one API. */
abstract class AnswerTotals<D extends AnswerDocument<?>> {
  private final UsageSemantics semantics;
  private final Estimation estimation;
  private final SortedSet<String> flags;
  private @Nullable String model;
  private boolean content;
  private long characters;
  private boolean ended;
  private boolean error;

  /**
   * @param estimation for tokens that the upstream does not report
   */
  AnswerTotals(UsageSemantics semantics, Estimation estimation) {
    this.semantics = semantics;
    this.estimation = estimation;
    this.flags = new TreeSet<>();
  }

  AnswerTotals(AnswerTotals<D> other) {
    this.semantics = other.semantics;
    this.estimation = other.estimation;
    this.flags = new TreeSet<>(other.flags);
    this.model = other.model;
    this.content = other.content;
    this.characters = other.characters;
    this.ended = other.ended;
    this.error = other.error;
  }

  /** An independent copy, to try on a document that may still go on. */
  abstract AnswerTotals<D> copy();

  /** Adds a document; {@code eventName} is empty if it came without one. */
  final void add(String eventName, D document) {
    error |= document.error();
    model = document.model() == null ? model : document.model();
    read(eventName, document);
  }

  /** Takes from a document what it says by the rules of the API. */
  abstract void read(String eventName, D document);

  /** A document came that does not count, as it cannot be read to its end. */
  final void addUnreadable(D document) {
    if (document.hasUsage()) {
      flags.add(UsageFlags.UNREADABLE_USAGE);
    }
  }

  /** The stream's last event came that is no document. */
  void done() {
    end();
  }

  /** The answer reported its end. */
  final void end() {
    ended = true;
  }

  final void addContent(D document) {
    addContent(document.content(), document.characters());
  }

  final void addContent(boolean some, long more) {
    content |= some;
    characters += more;
  }

  final long characters() {
    return characters;
  }

  final void addError() {
    error = true;
  }

  /** What is unusual about the usage so far, to be added to. */
  final SortedSet<String> flags() {
    return flags;
  }

  final UsageSemantics semantics() {
    return semantics;
  }

  final @Nullable String model() {
    return model;
  }

  final boolean sawContent() {
    return content;
  }

  /** Whether the answer ended, be it well or with an error. */
  boolean sawEnd() {
    return ended;
  }

  /** Whether the answer came to an end that an unbroken one has. */
  boolean sawGoodEnd() {
    return sawEnd();
  }

  final boolean sawError() {
    return error;
  }

  /** What was used; {@code abandoned} says that it was the client who ended the answer. */
  final Metered metered(boolean abandoned) {
    SortedSet<String> noticed = new TreeSet<>(flags);
    Reported reported = reported(noticed);
    Delivered delivered = new Delivered(abandoned, content, characters, sawGoodEnd());
    return Assessment.of(reported, delivered, estimation, noticed);
  }

  /** What the upstream reported, overlaps resolved; notes what is unusual about it. */
  abstract Reported reported(SortedSet<String> noticed);
}
