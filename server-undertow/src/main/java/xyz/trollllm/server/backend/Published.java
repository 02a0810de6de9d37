package xyz.trollllm.server.backend;

import java.time.Duration;
import xyz.trollllm.proxy.CacheableDocument;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.document.EndpointList;

/**
 * Everything that requests are answered with, written from one snapshot. Immutable.
 *
 * @param ready whether there are prices to show
 * @param readyJson the same and why, for operators
 */
record Published(CacheableDocument page, CacheableDocument json, boolean ready, String readyJson) {
  /** Short: after a change nobody should be shown the old prices for long. */
  private static final Duration MAX_AGE = Duration.ofSeconds(10);

  private static final Headers COMMON =
      Headers.of("x-content-type-options", "nosniff", "referrer-policy", "no-referrer");

  static Published of(PriceSnapshot snapshot) {
    return new Published(
        CacheableDocument.of(
            "text/html; charset=utf-8",
            MAX_AGE,
            EndpointsPage.html(snapshot.shown()),
            COMMON.toBuilder()
                .set("content-security-policy", EndpointsPage.CONTENT_SECURITY_POLICY)
                .set("x-frame-options", "DENY")
                .set("cross-origin-opener-policy", "same-origin")
                .build()),
        CacheableDocument.of(
            "application/json", MAX_AGE, EndpointList.json(snapshot.shown()), COMMON),
        snapshot.isUseful(),
        ReadyText.json(snapshot));
  }
}
