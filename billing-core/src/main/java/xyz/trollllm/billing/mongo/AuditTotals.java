package xyz.trollllm.billing.mongo;

/**
 * What an audit looked at.
 *
 * @param users users that the gateway ever touched
 * @param differences how many were found
 * @param busy users who could not be compared with the log because requests ended faster than the
 *     store answered; asking again may help
 * @param openHolds requests under way, or holds that nobody has released yet
 * @param reads statements that it took
 */
public record AuditTotals(long users, long differences, long busy, long openHolds, long reads) {
  /** The same, with differences that were found elsewhere. */
  public AuditTotals plusDifferences(int more) {
    return new AuditTotals(users, differences + more, busy, openHolds, reads);
  }
}
