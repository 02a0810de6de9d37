package xyz.trollllm.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import xyz.trollllm.config.Api;

/**
 * Calls the domains by their names, as clients do, and ends up at one nginx of this machine. Trusts
 * nothing but what it is given, and checks that the certificate is for the name.
 */
final class DomainClient {
  private static final MediaType JSON = MediaType.get("application/json");

  private final Nginx nginx;
  private final OkHttpClient client;

  private DomainClient(Nginx nginx, OkHttpClient client) {
    this.nginx = nginx;
    this.client = client;
  }

  /** An answer that was read to its end. */
  record Answer(int status, okhttp3.Headers headers, Protocol protocol, String body) {}

  /** Speaks HTTP/1.1 and trusts the certificate that lies there now. */
  static DomainClient of(Nginx nginx) {
    return of(nginx, Protocol.HTTP_1_1);
  }

  static DomainClient of(Nginx nginx, Protocol protocol) {
    return trusting(nginx, nginx.certificate(), protocol);
  }

  static DomainClient trusting(Nginx nginx, Path certificates, Protocol protocol) {
    return new DomainClient(
        nginx,
        httpClient(certificates)
            .newBuilder()
            .dns(_ -> List.of(InetAddress.getLoopbackAddress()))
            .protocols(
                protocol == Protocol.HTTP_2
                    ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
                    : List.of(protocol))
            .build());
  }

  /** A client that trusts these certificates only, never repeats a request, and is patient. */
  static OkHttpClient httpClient(Path certificates) {
    X509TrustManager trust = (X509TrustManager) trustManagers(certificates)[0];
    return new OkHttpClient.Builder()
        .sslSocketFactory(context(trust).getSocketFactory(), trust)
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .readTimeout(Duration.ofMinutes(2))
        .build();
  }

  /** Trust in these certificates, and no others. */
  static TrustManager[] trustManagers(Path certificates) {
    try (InputStream in = Files.newInputStream(certificates)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      for (Certificate certificate : all) {
        store.setCertificateEntry("certificate-" + store.size(), certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SSLContext context(X509TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new X509TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  Request.Builder request(String domain, String path) {
    return new Request.Builder().url("https://" + domain + ":" + nginx.httpsPort() + path);
  }

  Request.Builder request(String domain, Api api, String key, String body) {
    return request(domain, Ask.path(api))
        .header("x-api-key", key)
        .post(RequestBody.create(body, JSON));
  }

  /** Sends a request and reads the answer. */
  Answer send(Request.Builder request) throws IOException {
    try (Response response = open(request)) {
      return new Answer(
          response.code(), response.headers(), response.protocol(), response.body().string());
    }
  }

  /** Sends a request; its answer is to be read, and closed. */
  Response open(Request.Builder request) throws IOException {
    return client.newCall(request.build()).execute();
  }

  Answer post(String domain, Api api, String key, String body) throws IOException {
    return send(request(domain, api, key, body));
  }

  /** Posts to the Messages API. */
  Answer post(String domain, String key, String body) throws IOException {
    return post(domain, Api.ANTHROPIC_MESSAGES, key, body);
  }
}
