package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.OptionalLong;
import xyz.trollllm.proxy.wire.RequestSummary.ByteRange;

/**
 * Where a body says how long an answer may be.
 *
 * @param members the members that do, null ones included
 * @param thinkingBudget the tokens that thinking alone may take: a limit must be larger
 */
public record OutputLimits(List<Member> members, OptionalLong thinkingBudget) {
  public static final OutputLimits NONE = new OutputLimits(List.of(), OptionalLong.empty());

  public OutputLimits {
    members = List.copyOf(members);
  }

  /**
   * One member.
   *
   * @param value where its value stands in the body
   * @param tokens the value; empty if it is null
   */
  public record Member(String key, ByteRange value, OptionalLong tokens) {}
}
