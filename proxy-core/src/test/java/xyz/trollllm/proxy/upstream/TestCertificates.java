package xyz.trollllm.proxy.upstream;

import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** A certificate authority of the tests' own, and what it certifies. */
public final class TestCertificates {
  private final HeldCertificate authority =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("test authority").build();

  /** Trusts this authority and no other. */
  public SSLContext clientTrust() {
    return new HandshakeCertificates.Builder()
        .addTrustedCertificate(authority.certificate())
        .build()
        .sslContext();
  }

  /** A server that proves to be {@code name}. */
  public SSLContext server(String name) {
    HeldCertificate certificate =
        new HeldCertificate.Builder().signedBy(authority).addSubjectAlternativeName(name).build();
    return new HandshakeCertificates.Builder()
        .heldCertificate(certificate, authority.certificate())
        .build()
        .sslContext();
  }
}
