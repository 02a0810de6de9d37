package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.mongo.AuditReport;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Compares what an upstream served, what clients saw and what users were charged, request by
 * request, after a process was killed and its successor has settled what it found.
 */
final class KillAudit {
  /** Less than this much of an answer goes uncounted; see the decision on the journal. */
  static final int UNCOUNTED_BYTES = 4096;

  private static final String MULTIPLIER = "1.06";

  private final Store store;
  private final Map<String, Document> rows = new HashMap<>();
  private final Map<String, Served> served = new HashMap<>();
  private int exact;
  private int cut;
  private int free;
  private long uncountedWords;
  private long unsettledTokens;

  private KillAudit(Store store) {
    this.store = store;
  }

  /**
   * What was found.
   *
   * @param exact requests whose clients saw the end, charged to the token
   * @param cut requests that were cut and charged in part
   * @param free requests that were cut before anything was charged
   * @param uncountedWords the most that a client saw of one answer and was not charged
   * @param unsettledTokens the most that the upstream had sent of one answer and nobody was charged
   */
  record Result(int exact, int cut, int free, long uncountedWords, long unsettledTokens) {}

  static Result of(Store store, StandInUpstream upstream, List<KillClient.Seen> seen) {
    return new KillAudit(store).run(upstream, seen);
  }

  private Result run(StandInUpstream upstream, List<KillClient.Seen> seen) {
    booksBalance();
    readRows();
    for (Served request : upstream.served()) {
      served.put(request.header("x-request-id").orElseThrow(), request);
    }
    rows.forEach((id, row) -> {
      if (!served.containsKey(id)) { // killed while it was being sent
        assertThat(row.getLong("costN")).as("charge of %s, which nobody served", id).isZero();
      }
    });
    Map<String, KillClient.Seen> byId = new HashMap<>();
    seen.forEach(one -> byId.put(one.requestId(), one));
    served.forEach((id, request) -> compare(id, request, byId.get(id)));
    return new Result(exact, cut, free, uncountedWords, unsettledTokens);
  }

  private void booksBalance() {
    AuditReport report = new LedgerAudit(store.database()).run();
    assertThat(report.differences()).isEmpty();
    assertThat(report.openHolds()).as("holds left").isZero();
  }

  /** The one row of every request that has one. */
  private void readRows() {
    List<Document> all = new ArrayList<>();
    store.users().forEach(user -> all.addAll(store.records(user)));
    for (Document row : all) {
      String id = row.getString("_id");
      if (!"unknown".equals(row.getString("model"))) { // of these nothing was sent
        assertThat(rows.put(id, row)).as("a second row of " + id).isNull();
      }
      assertThat(id).as("charged late").doesNotContain("~");
    }
  }

  private void compare(String id, Served request, KillClient.@Nullable Seen client) {
    WordUpstream.Truth truth = WordUpstream.truth(request);
    Document row = rows.get(id);
    if (client != null && client.ended()) {
      assertThat(row).as("row of " + id).isNotNull();
      assertCounts(id, Objects.requireNonNull(row), truth.whole());
      exact++;
      return;
    }
    assertThat(row).as("row of %s, which was cut", id).isNotNull();
    long input = Objects.requireNonNull(row).getLong("inputTokens");
    long output = row.getLong("outputTokens");
    assertPriced(id, row, TokenCounts.of(input, output));
    assertThat(input).as("input of " + id).isLessThanOrEqualTo(truth.whole().input());
    assertThat(output).as("output of " + id).isLessThanOrEqualTo(Math.max(1, truth.output()));
    if (input + output == 0) {
      free++;
    } else {
      cut++;
    }
    unsettledTokens = Math.max(unsettledTokens, truth.output() - output);
    if (client != null) {
      long uncounted = client.words() - output;
      uncountedWords = Math.max(uncountedWords, uncounted);
      assertThat(uncounted * WordUpstream.eventBytes(client.api()))
          .as("bytes of %s that its client saw and nobody counted: %s, %s", id, client, row)
          .isLessThan(UNCOUNTED_BYTES);
    }
  }

  private static void assertCounts(String id, Document row, TokenCounts truth) {
    assertThat(TokenCounts.of(row.getLong("inputTokens"), row.getLong("outputTokens")))
        .as("tokens of %s, whose client saw the end", id)
        .isEqualTo(truth);
    assertPriced(id, row, truth);
  }

  private static void assertPriced(String id, Document row, TokenCounts used) {
    assertThat(BigDecimal.valueOf(row.getLong("costN"), 9))
        .as("charge of " + id)
        .isEqualByComparingTo(Price.charge(Ask.HAIKU, used, MULTIPLIER));
  }
}
