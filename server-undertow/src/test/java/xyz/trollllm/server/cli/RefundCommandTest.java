package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefundCommandTest extends StoreCommandTest {

  @BeforeEach
  void charge() {
    users()
        .insertOne(
            Document.parse(
                """
                {_id: 'ann', credits: 0.75, creditsUsed: 0.25,
                 gw: {open: {credits: 1.0}, used: {credits: 0.0}, n: 0,
                      spent: {credits: {$numberLong: '250000000'}}}}
                """));
    collection("request_logs").insertMany(List.of(row("r1", 250_000_000L), row("r2", 0L)));
  }

  private static Document row(String id, long nanos) {
    return new Document("_id", id)
        .append("userId", "ann")
        .append("creditField", "credits")
        .append("creditType", "ohmygpt")
        .append("creditsCost", nanos / 1e9)
        .append("costN", nanos)
        .append("balanceOutcome", "taken")
        .append("createdAt", Date.from(Instant.now()));
  }

  @Test
  void chargeIsGivenBackOnceAndTheBooksAgree() {
    Run refunded = gateway("refund", "r1", "--reason", "a broken answer", "--by", "eve");
    Run again = gateway("refund", "r1");

    assertThat(refunded.exitCode()).isZero();
    assertThat(refunded.out()).isEqualTo("gave 0.25 USD back to ann (credits)\n");
    assertThat(again.exitCode()).isZero();
    assertThat(again.out())
        .startsWith("0.25 USD were given back to ann at ")
        .endsWith("; nothing was changed\n");
    assertThat(gateway("user", "show", "ann").out()).contains("credits    1 USD, 0 held, 0 spent");
    assertThat(gateway("audit").err()).isEmpty();
  }

  @Test
  void whatWasNotChargedIsNotGivenBack() {
    Run free = gateway("refund", "r2");
    Run unknown = gateway("refund", "r3");

    assertThat(free.exitCode()).isEqualTo(65);
    assertThat(free.err()).isEqualTo("gateway: nothing was charged for request r2\n");
    assertThat(unknown.exitCode()).isEqualTo(65);
    assertThat(unknown.err()).isEqualTo("gateway: there is no request r3\n");
  }

  @Test
  void requestUnderWayIsLeftAlone() {
    users()
        .updateOne(
            new Document("_id", "ann"),
            Document.parse(
                """
                {$set: {'gw.h.r3': {f: 'credits', n: {$numberLong: '5'}, i: 'chat',
                                    x: {$date: '2099-01-01T00:00:00Z'}},
                        'gw.n': 1, 'gw.nx': {$date: '2099-01-01T00:00:00Z'}}}
                """));

    Run run = gateway("refund", "r3");

    assertThat(run.exitCode()).isEqualTo(65);
    assertThat(run.err()).contains("request r3 is under way; ask again when it ended");
  }
}
