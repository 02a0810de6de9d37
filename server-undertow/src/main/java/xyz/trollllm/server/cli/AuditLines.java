package xyz.trollllm.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.billing.mongo.AuditTotals;
import xyz.trollllm.billing.mongo.Difference;
import xyz.trollllm.billing.mongo.ForeignConfirmation;

/** What an audit says: lines for people, or JSON objects. */
final class AuditLines {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Shell shell;
  private final boolean json;

  AuditLines(Shell shell, boolean json) {
    this.shell = shell;
    this.json = json;
  }

  void difference(Difference difference) {
    if (json) {
      print(members("difference", difference));
    } else {
      shell.err().println("difference: " + difference.text());
    }
  }

  void confirmed(Difference difference) {
    if (json) {
      print(members("confirmed", difference));
    } else {
      shell.out().println("confirmed: " + difference.text());
    }
  }

  /** A user who could not be compared with the log. */
  void busy(String userId) {
    if (json) {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("type", "busy");
      members.put("user", userId);
      print(members);
    } else {
      shell.err().println("too busy to be compared with the log: " + userId);
    }
  }

  void totals(AuditTotals totals) {
    if (json) {
      print(members(totals));
    } else {
      shell.out().println(sentence(totals));
    }
  }

  void totals(ForeignConfirmation.Totals totals) {
    if (json) {
      print(members(totals));
    } else {
      shell.out().println(sentence(totals));
    }
  }

  private void print(Map<String, Object> members) {
    shell.out().println(JSON.writeValueAsString(members));
  }

  private static Map<String, Object> members(String type, Difference difference) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", type);
    members.put("kind", difference.kind().label());
    members.put("user", difference.userId());
    members.put("subject", difference.subject());
    members.put("expected", difference.expected());
    members.put("found", difference.found());
    if (difference.amount() != null) {
      members.put("difference_usd", difference.amount().toString());
    }
    return members;
  }

  private static Map<String, Object> members(AuditTotals totals) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "summary");
    members.put("users", totals.users());
    members.put("differences", totals.differences());
    members.put("busy", totals.busy());
    members.put("open_holds", totals.openHolds());
    return members;
  }

  private static Map<String, Object> members(ForeignConfirmation.Totals totals) {
    Map<String, Object> sums = new LinkedHashMap<>();
    totals.sums().forEach((field, sum) -> sums.put(field, sum.toString()));
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "summary");
    members.put("confirmed", totals.confirmed());
    members.put("confirmed_usd", sums);
    members.put("differences", totals.left());
    members.put("busy", totals.busy());
    return members;
  }

  private static String sentence(AuditTotals totals) {
    String busy =
        totals.busy() == 0
            ? ""
            : " %d user(s) were too busy to be compared with the log; ask again."
                .formatted(totals.busy());
    return "Audited %d user(s): %d difference(s), %d hold(s) of requests under way.%s"
        .formatted(totals.users(), totals.differences(), totals.openHolds(), busy);
  }

  private static String sentence(ForeignConfirmation.Totals totals) {
    String sums =
        totals.sums().entrySet().stream()
            .map(sum -> "%s %s USD".formatted(sum.getKey(), sum.getValue()))
            .collect(Collectors.joining(", ", " (", ")"));
    String busy =
        totals.busy() == 0
            ? ""
            : " %d user(s) had requests under way; ask again.".formatted(totals.busy());
    return "Confirmed %d difference(s)%s; %d left.%s"
        .formatted(totals.confirmed(), totals.sums().isEmpty() ? "" : sums, totals.left(), busy);
  }
}
