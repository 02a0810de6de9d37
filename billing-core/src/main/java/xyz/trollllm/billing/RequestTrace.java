package xyz.trollllm.billing;

import java.time.Instant;
import xyz.trollllm.config.CreditField;

/** What is known of one request of a user. */
public sealed interface RequestTrace {
  String requestId();

  CreditField creditField();

  /** What is or was set aside for the request before it was forwarded. */
  Usd held();

  /** Under way, or just ended and about to be settled. Nothing is charged yet. */
  record InProgress(String requestId, CreditField creditField, Usd held) implements RequestTrace {}

  /** Settled: charged, or found to cost nothing. */
  record Done(PastRequest request) implements RequestTrace {
    @Override
    public String requestId() {
      return request.requestId();
    }

    @Override
    public CreditField creditField() {
      return request.creditField();
    }

    @Override
    public Usd held() {
      return request.held();
    }
  }

  /**
   * Nobody settled it in time, so its hold was released at {@code at} and nothing was charged. If
   * the charge still comes, this becomes {@link Done}.
   */
  record Expired(String requestId, CreditField creditField, Usd held, Instant at)
      implements RequestTrace {}
}
