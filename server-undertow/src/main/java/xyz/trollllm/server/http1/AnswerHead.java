package xyz.trollllm.server.http1;

import xyz.trollllm.proxy.Headers;

/**
 * How an answer begins.
 *
 * @param minorVersion 1 for HTTP/1.1, 0 for HTTP/1.0
 */
public record AnswerHead(int minorVersion, int status, Headers headers) {

  boolean informational() {
    return status < 200;
  }

  /** Whether the upstream leaves the connection open for another request. */
  public boolean keepsAlive() {
    if (headers.contains("transfer-encoding") && headers.contains("content-length")) {
      return false;
    }
    boolean close = false;
    boolean keepAlive = minorVersion >= 1;
    for (String value : headers.all("connection")) {
      for (String option : value.split(",", -1)) {
        close |= option.strip().equalsIgnoreCase("close");
        keepAlive |= option.strip().equalsIgnoreCase("keep-alive");
      }
    }
    return keepAlive && !close;
  }
}
