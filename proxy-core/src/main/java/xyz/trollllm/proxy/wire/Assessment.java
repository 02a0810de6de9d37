package xyz.trollllm.proxy.wire;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;

/**
 * Decides what an answer used when the upstream's report may be incomplete: everything reported
 * stands as reported, only what is missing is estimated from lengths, and every estimate is
 * flagged. An answer that delivered nothing used nothing, unless the upstream's final usage says
 * otherwise (as for refusals).
 */
final class Assessment {
  private final Reported reported;
  private final Delivered delivered;
  private final Estimation estimation;
  private final SortedSet<String> flags;

  private Assessment(
      Reported reported, Delivered delivered, Estimation estimation, SortedSet<String> flags) {
    this.reported = reported;
    this.delivered = delivered;
    this.estimation = estimation;
    this.flags = flags;
  }

  /** The flags given are kept. */
  static Metered of(
      Reported reported, Delivered delivered, Estimation estimation, SortedSet<String> flags) {
    return new Assessment(reported, delivered, estimation, new TreeSet<>(flags)).metered();
  }

  private Metered metered() {
    if (reported.isFinal()) {
      return finalUsage();
    }
    if (!delivered.content()) {
      return withoutContent();
    }
    long output = Math.max(reportedOutput(), estimation.tokens(delivered.characters()));
    if (reported.hasInput()) {
      return metered(Basis.PARTIAL, reportedInput(), output, UsageFlags.ESTIMATED_OUTPUT);
    }
    return metered(Basis.ESTIMATED, estimation.inputTokens(), output, UsageFlags.ESTIMATED_ALL);
  }

  private Metered finalUsage() {
    if (!delivered.ended()) {
      flags.add(UsageFlags.INCOMPLETE_STREAM);
    }
    if (reported.input() == null) {
      return metered(
          Basis.PARTIAL, estimation.inputTokens(), reportedOutput(), UsageFlags.ESTIMATED_INPUT);
    }
    return metered(Basis.UPSTREAM, reportedInput(), reportedOutput());
  }

  private Metered withoutContent() {
    boolean reportedBeforeTheClientLeft = delivered.abandoned() && reported.hasAnyInput();
    if (!delivered.ended() && !reportedBeforeTheClientLeft) {
      return nothing(UsageFlags.UPSTREAM_ERROR_NO_CONTENT);
    }
    if (reported.hasAnyInput()) {
      return metered(Basis.PARTIAL, reportedInput(), reportedOutput(), UsageFlags.NO_FINAL_USAGE);
    }
    return nothing(UsageFlags.NO_FINAL_USAGE);
  }

  private long reportedInput() {
    return reported.input() == null ? 0 : reported.input();
  }

  private long reportedOutput() {
    return reported.output() == null ? 0 : reported.output();
  }

  private Metered nothing(String flag) {
    flags.add(flag);
    return new Metered(TokenUsage.NONE, Basis.VOID, flags(), reported.model());
  }

  private Metered metered(Basis basis, long input, long output, String... flag) {
    Collections.addAll(flags, flag);
    CacheWrites writes = reported.cacheWrites();
    TokenCounts counts =
        new TokenCounts(input, writes.fiveMinutes(), writes.oneHour(), reported.cacheHit(), output);
    TokenUsage usage =
        new TokenUsage(
            reported.fallbackModel(),
            counts,
            reported.webSearches(),
            reported.webFetches(),
            reported.options(),
            reported.subInferences());
    return new Metered(usage, basis, flags(), reported.model());
  }

  private SortedSet<String> flags() {
    return Collections.unmodifiableSortedSet(flags);
  }
}
