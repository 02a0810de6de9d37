package xyz.trollllm.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.upstream.Allowance;
import xyz.trollllm.proxy.upstream.KeyRing;
import xyz.trollllm.proxy.upstream.Upstream;

/** An upstream with all that an instance keeps beside its connections. */
record ConfiguredUpstream(
    UpstreamConfig config,
    Upstream connections,
    KeyRing keys,
    KeyWatch keyWatch,
    Allowance allowance,
    CircuitBreaker breaker) {

  /** How long an upstream that fails is left alone before it is tried again. */
  static final Duration REST = Duration.ofSeconds(5);

  private static final CircuitBreakerConfig BREAKER =
      CircuitBreakerConfig.custom()
          // Without locks: outcomes are counted on I/O threads.
          .slidingWindow(
              50, 20, SlidingWindowType.COUNT_BASED, SlidingWindowSynchronizationStrategy.LOCK_FREE)
          .failureRateThreshold(80)
          .waitDurationInOpenState(REST)
          .permittedNumberOfCallsInHalfOpenState(5)
          .maxWaitDurationInHalfOpenState(REST)
          // Long answers are what models are for, not a sign of trouble.
          .slowCallDurationThreshold(Duration.ofDays(1))
          .build();

  static ConfiguredUpstream of(
      UpstreamConfig config,
      Upstream connections,
      List<String> apiKeys,
      OperatorAlerts alerts,
      Clock clock) {
    KeyRing keys = new KeyRing(apiKeys, clock);
    return new ConfiguredUpstream(
        config,
        connections,
        keys,
        new KeyWatch(config.name(), keys, alerts, clock),
        new Allowance(config.requestsPerMinute(), config.tokensPerMinute(), clock),
        CircuitBreaker.of(config.name(), BREAKER));
  }
}
