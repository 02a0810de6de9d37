package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.List;

/** Which calls of a scenario go wrong, and how. */
record FaultPlan(List<Fault> faults) {
  static final FaultPlan NONE = new FaultPlan(List.of());

  FaultPlan {
    faults = List.copyOf(faults);
  }

  /** What happens to one call of the store, which are counted from zero. */
  record Fault(int call, Kind kind) {}

  enum Kind {
    /** The process dies before its statement arrives. */
    CRASH_BEFORE,
    /** The statement takes effect; the process dies before it learns that. */
    CRASH_AFTER,
    /** The statement takes effect; the process learns that something failed. */
    LOST_REPLY,
    /** The statement never arrives; the process learns that something failed. */
    LOST_STATEMENT,
    /** A bulk error that names no row, although none was written. */
    UNCLEAR,
    /** The statement takes effect, and once more right before the next call. */
    REPEATED_SOON,
    /** ... and once more at every later delivery, before and after the deadline. */
    REPEATED_LATE,
    /**
     * The process learns that something failed; the statement takes effect before the next call.
     */
    STUCK_SHORTLY,
    /** ... at the next delivery, and at every later one. */
    STUCK,
    /** ... at the deliveries after its deadline. */
    STUCK_LONG,
    /** Another instance serves a request of the same user right before. */
    MEANWHILE;

    private static final List<Kind> OF_READS = List.of(CRASH_BEFORE, LOST_STATEMENT, MEANWHILE);

    static List<Kind> of(Call call) {
      return switch (call) {
        case READ -> OF_READS;
        case APPEND -> List.of(values());
        case UPDATE -> List.of(values()).stream().filter(kind -> kind != UNCLEAR).toList();
      };
    }
  }

  /** What a call of the store does. */
  enum Call {
    READ,
    UPDATE,
    APPEND
  }

  FaultPlan and(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    return new FaultPlan(more);
  }

  boolean isOfOneKind() {
    return faults.stream().map(Fault::kind).distinct().count() <= 1;
  }

  @Override
  public String toString() {
    return faults.isEmpty()
        ? "no fault"
        : String.join(
            " + ", faults.stream().map(fault -> fault.kind() + " at " + fault.call()).toList());
  }
}
