package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.it.NameServer.DnsRecord;
import xyz.trollllm.it.NameServer.RecordType;

/** The shipped script says what is wrong with the domains' records. */
final class DnsCheckIT {
  private static final String ADDRESS = "192.0.2.10";
  private static final String SCRIPT = Nginx.DEPLOY.resolve("check-dns.sh").toString();

  private final NameServer names =
      NameServer.start().with(Nginx.CHAT, ADDRESS).with(Nginx.CHAT2, ADDRESS);

  @BeforeEach
  void needsDig() {
    Programs.require("dig", "-v");
  }

  @AfterEach
  void stop() {
    names.close();
  }

  private Programs.Finished check(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("sh", SCRIPT, "-s", "127.0.0.1", "-p", Integer.toString(names.port())));
    command.addAll(List.of(options));
    command.add(ADDRESS);
    return Programs.finish(Map.of(), command);
  }

  @Test
  @DisplayName("D6: records that are right are said to be")
  void right() {
    Programs.Finished check = check();

    assertThat(check.output())
        .isEqualTo(
            """
            ok: chat.trollllm.xyz leads to 192.0.2.10, TTL 300
            ok: chat2.trollllm.xyz leads to 192.0.2.10, TTL 300
            """);
    assertThat(check.exitCode()).isZero();
  }

  private static Arguments problem(String says, DnsRecord... records) {
    return Arguments.of(records, says);
  }

  static Stream<Arguments> problems() {
    DnsRecord right = new DnsRecord(RecordType.A, 300, ADDRESS);
    return Stream.of(
        problem("has no A record; create one: chat2.trollllm.xyz. 300 IN A 192.0.2.10"),
        problem(
            "leads to 192.0.2.99 instead of 192.0.2.10",
            new DnsRecord(RecordType.A, 300, "192.0.2.99")),
        problem(
            "leads to 192.0.2.99 instead of 192.0.2.10",
            right,
            new DnsRecord(RecordType.A, 300, "192.0.2.99")),
        problem(
            "is a CNAME of elsewhere.example.com.; make it an A record",
            new DnsRecord(RecordType.CNAME, 300, "elsewhere.example.com")),
        problem("TTL 60: set it to 300 to 3600", new DnsRecord(RecordType.A, 60, ADDRESS)),
        problem(
            "TTL 86400: a change would take hours", new DnsRecord(RecordType.A, 86400, ADDRESS)),
        problem(
            "has an AAAA record, 2001:db8::1: clients with IPv6 go there",
            right,
            new DnsRecord(RecordType.AAAA, 300, "2001:db8::1")));
  }

  @ParameterizedTest
  @MethodSource("problems")
  @DisplayName("D6: what is wrong with a record is told, and what to do")
  void wrong(DnsRecord[] records, String says) {
    names.with(Nginx.CHAT2, records);

    Programs.Finished check = check();

    assertThat(check.output()).contains("problem: chat2.trollllm.xyz: " + says);
    assertThat(check.output()).contains("ok: chat.trollllm.xyz");
    assertThat(check.exitCode()).isEqualTo(1);
  }

  @Test
  @DisplayName("D6: a name that does not exist is told")
  void missing() {
    names.without(Nginx.CHAT2);

    Programs.Finished check = check();

    assertThat(check.output())
        .contains(
            "problem: chat2.trollllm.xyz: does not exist; create an A record:"
                + " chat2.trollllm.xyz. 300 IN A 192.0.2.10");
    assertThat(check.exitCode()).isEqualTo(1);
  }

  @Test
  @DisplayName("D6: a name server that is silent is told")
  void silence() {
    names.close();

    Programs.Finished check = check();

    assertThat(check.output()).contains("problem: chat2.trollllm.xyz: no answer from 127.0.0.1");
    assertThat(check.exitCode()).isEqualTo(1);
  }

  @Test
  @DisplayName("D6: a resolver's TTL may have counted down")
  void resolver() {
    names.asResolver().with(Nginx.CHAT2, new DnsRecord(RecordType.A, 12, ADDRESS));

    assertThat(check().exitCode()).isZero();
  }

  @Test
  @DisplayName("D6: an IPv6 address that leads here is right")
  void ipv6() {
    names.with(
        Nginx.CHAT2,
        new DnsRecord(RecordType.A, 300, ADDRESS),
        new DnsRecord(RecordType.AAAA, 300, "2001:db8::1"));

    assertThat(check("-6", "2001:db8::1").exitCode()).isZero();
    assertThat(check("-6", "2001:db8::2").output())
        .contains("leads by IPv6 to 2001:db8::1 instead of 2001:db8::2");
  }

  @Test
  void wantsAnAddress() {
    Programs.Finished check = Programs.finish(Map.of(), List.of("sh", SCRIPT));

    assertThat(check.exitCode()).isEqualTo(64);
    assertThat(check.output()).contains("check-dns.sh [-s RESOLVER]");
  }
}
