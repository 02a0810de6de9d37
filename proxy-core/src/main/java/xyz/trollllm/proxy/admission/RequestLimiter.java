package xyz.trollllm.proxy.admission;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.Optional;

/** How many requests each user may send in a minute. Safe for use by many threads. */
final class RequestLimiter {
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int MAX_USERS = 100_000;

  private final int requestsPerMinute;
  private final LoadingCache<String, AtomicRateLimiter> limiters;

  /**
   * @param requestsPerMinute 0 for no limit
   */
  RequestLimiter(int requestsPerMinute) {
    this.requestsPerMinute = requestsPerMinute;
    RateLimiterConfig config =
        RateLimiterConfig.custom()
            .limitForPeriod(Math.max(1, requestsPerMinute))
            .limitRefreshPeriod(PERIOD)
            .timeoutDuration(Duration.ZERO)
            .build();
    this.limiters =
        Caffeine.newBuilder()
            .maximumSize(MAX_USERS)
            .expireAfterAccess(PERIOD.multipliedBy(2))
            .build(userId -> new AtomicRateLimiter(userId, config));
  }

  /** Counts a request of the user; if it is over the limit, says how long to wait. */
  Optional<Duration> refuse(String userId) {
    if (requestsPerMinute == 0) {
      return Optional.empty();
    }
    AtomicRateLimiter limiter = limiters.get(userId);
    return limiter.acquirePermission()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(limiter.getDetailedMetrics().getNanosToWait()));
  }
}
