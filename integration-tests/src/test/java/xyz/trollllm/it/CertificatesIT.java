package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import okhttp3.Protocol;
import okhttp3.Response;
import okio.BufferedSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.Api;

/** Certificates come from a real ACME server, through the shipped nginx, by the shipped script. */
final class CertificatesIT {
  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT, "127.0.0.1")
          .with(Nginx.CHAT2, "127.0.0.1");
  private final FakeInstance instance = FakeInstance.start();
  private Nginx nginx;
  private Acme acme;

  @BeforeEach
  void start() {
    nginx = Nginx.start(names, instance.port(), instance.port());
    acme = Acme.start(names, nginx.httpPort());
  }

  @AfterEach
  void stop() throws IOException {
    if (acme != null) {
      acme.close();
    }
    if (nginx != null) {
      nginx.close();
    }
    instance.close();
    names.close();
  }

  private Programs.Finished certificates(String... arguments) {
    return nginx.certificates(acme.environment(), arguments);
  }

  @Test
  @DisplayName("D5: nginx starts without a certificate; the first is issued for both names")
  void firstCertificate() throws Exception {
    Map<String, String> environment = new HashMap<>(nginx.certificatesEnvironment());
    environment.putAll(acme.environment());
    List<String> run = List.of("sh", Nginx.DEPLOY.resolve("certificates.sh").toString(), "run");

    try (Daemon service = Daemon.start(environment, run)) {
      eventually(() -> servesBoth(root()), () -> "not served: " + service.output());
      assertThat(service.output()).noneMatch(line -> line.contains("placeholder is at"));
      assertThat(service.stop()).isZero();
    }

    assertThat(certificates("status").output())
        .contains("DNS:chat.trollllm.xyz, DNS:chat2.trollllm.xyz");
    assertThat(certificates("issue").output()).contains("there is a certificate");
    assertThat(certificates("renew").output()).contains("not yet due");
  }

  @Test
  @DisplayName("D5: a renewed certificate is served at once, and no stream is cut")
  void renewal() throws Exception {
    assertThat(certificates("issue").exitCode()).isZero();
    eventually(() -> servesBoth(root()), () -> "not served");
    X509Certificate first = served(root());
    CountDownLatch renewed = new CountDownLatch(1);
    instance.doing((_, out) -> {
      out.write(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n".getBytes(US_ASCII));
      out.flush();
      try {
        renewed.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      out.write("data: 2\n".getBytes(US_ASCII));
    });
    DomainClient client = DomainClient.trusting(nginx, root(), Protocol.HTTP_1_1);
    try (Response stream =
        client.open(client.request(Nginx.CHAT, Api.ANTHROPIC_MESSAGES, "sk-1", "{}"))) {
      BufferedSource events = stream.body().source();
      assertThat(events.readUtf8LineStrict()).isEqualTo("data: 1");

      Programs.Finished renewal = certificates("renew", "--force-renewal");
      assertThat(renewal.exitCode()).as(renewal.output()).isZero();
      instance.doing((_, out) -> FakeInstance.answer(out, 200, "{}"));
      eventually(() -> !first.equals(served(root())), () -> "still the first certificate");
      renewed.countDown();

      assertThat(events.readUtf8()).isEqualTo("data: 2\n");
    }
  }

  @Test
  @DisplayName("D5: when none is issued, the placeholder stays and what to look at is told")
  void failure() throws Exception {
    names.without(Nginx.CHAT2);

    Programs.Finished issue = certificates("issue");

    assertThat(issue.exitCode()).as(issue.output()).isEqualTo(1);
    assertThat(issue.output()).contains("do both names lead here (check-dns.sh)");
    assertThat(certificates("status").output()).contains("this is the placeholder");
    assertThat(DomainClient.of(nginx).post(Nginx.CHAT, "sk-1", "{}").status()).isEqualTo(200);
    assertThat(certificates("renew").output()).contains("there is no certificate to renew");

    names.with(Nginx.CHAT2, "127.0.0.1");

    assertThat(certificates("issue").exitCode()).isZero();
    eventually(() -> servesBoth(root()), () -> "not served");
  }

  private Path root() {
    try {
      return acme.root();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private boolean servesBoth(Path root) {
    DomainClient client = DomainClient.trusting(nginx, root, Protocol.HTTP_1_1);
    try {
      return client.post(Nginx.CHAT, "sk-1", "{}").status() == 200
          && client.post(Nginx.CHAT2, "sk-1", "{}").status() == 200;
    } catch (IOException _) {
      return false; // still the placeholder, which this client does not trust
    }
  }

  private X509Certificate served(Path root) {
    DomainClient client = DomainClient.trusting(nginx, root, Protocol.HTTP_1_1);
    try (Response response =
        client.open(client.request(Nginx.CHAT, Api.ANTHROPIC_MESSAGES, "sk-1", "{}"))) {
      return (X509Certificate)
          Objects.requireNonNull(response.handshake()).peerCertificates().getFirst();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
