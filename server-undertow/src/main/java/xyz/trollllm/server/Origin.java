package xyz.trollllm.server;

import java.net.URI;

/** Where a connection leads. Requests to one origin may share connections. */
record Origin(boolean secure, String host, int port) {

  static Origin of(URI url) {
    boolean secure = url.getScheme().equalsIgnoreCase("https");
    int usual = secure ? 443 : 80;
    return new Origin(
        secure, withoutBrackets(url.getHost()), url.getPort() < 0 ? usual : url.getPort());
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
