package xyz.trollllm.server.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.document.PublicEndpoint;
import xyz.trollllm.proxy.document.WorkedExample;

/**
 * The part of the page that helps to choose: endpoints and the costs of an example side by side.
 */
final class EndpointChoice {
  private final Html html;
  private final List<PublicEndpoint> endpoints;
  private final List<PublicEndpoint> known;

  EndpointChoice(Html html, List<PublicEndpoint> endpoints) {
    this.html = html;
    this.endpoints = endpoints;
    this.known = endpoints.stream().filter(endpoint -> endpoint.config() != null).toList();
  }

  void write() {
    html.open("section", "id", "choose").element("h2", "Which one to use");
    html.open("div", "class", "cards");
    endpoints.forEach(this::card);
    html.close().line();
    if (known.size() > 1) {
      html.element("h3", "What differs");
      html.open("ul");
      credit();
      upstreams();
      models();
      html.close().line();
    }
    if (!known.isEmpty()) {
      comparison();
    }
    html.close().line();
  }

  private void card(PublicEndpoint endpoint) {
    html.open("article", "class", "card").element("h3", endpoint.title());
    PublicEndpoint.Problem problem = endpoint.problem();
    if (problem != null) {
      PageText.problem(html, problem);
    }
    if (endpoint.config() != null) {
      html.open("dl");
      endpoint.baseUrl().ifPresent(url -> code("Base URL", url));
      endpoint.openAiBaseUrl().ifPresent(url -> code("For OpenAI’s SDKs", url));
      code("Paid from", PageText.and(endpoint.creditFields()));
      term("Upstream", PageText.and(endpoint.upstreams()));
      term("Multiplier", multipliers(endpoint));
      term("Service", endpoint.service());
      html.close();
      html.open("p")
          .element("a", "Models and prices", "href", "#" + PageText.anchor(endpoint))
          .close();
    }
    html.close().line();
  }

  private static String multipliers(PublicEndpoint endpoint) {
    return PageText.and(
        endpoint.prices().models().stream()
            .map(model -> "× " + PageText.plain(model.pricing().multiplier()))
            .distinct()
            .sorted()
            .toList());
  }

  private void term(String name, String value) {
    html.element("dt", name).element("dd", value);
  }

  private void code(String name, String value) {
    html.element("dt", name).open("dd").element("code", value).close();
  }

  private void credit() {
    html.open("li").element("strong", "Credit. ");
    for (PublicEndpoint endpoint : known) {
      html.text(endpoint.title() + " takes from ");
      html.element("code", PageText.and(endpoint.creditFields())).text("; ");
    }
    html.text("an endpoint serves you as long as there is enough left there. ");
    html.element("code", "GET /v1/me").text(" with your key shows what is left.").close();
  }

  private void upstreams() {
    Map<List<String>, List<String>> byUpstreams = new LinkedHashMap<>();
    for (PublicEndpoint endpoint : known) {
      byUpstreams
          .computeIfAbsent(endpoint.upstreams(), _ -> new ArrayList<>())
          .add(endpoint.title());
    }
    html.open("li").element("strong", "Upstream. ");
    if (byUpstreams.size() == 1) {
      html.text("Nothing: all send requests to ");
      html.text(PageText.and(known.getFirst().upstreams())).text(".");
    } else {
      byUpstreams.forEach((upstreams, titles) ->
          html.text(PageText.and(titles) + ": " + PageText.and(upstreams) + ". "));
    }
    html.close();
  }

  private void models() {
    html.open("li").element("strong", "Models. ");
    boolean differs = false;
    for (PublicEndpoint endpoint : known) {
      List<String> only =
          endpoint.prices().models().stream()
              .filter(this::isAtOneOnly)
              .map(ModelConfig::name)
              .toList();
      if (!only.isEmpty()) {
        differs = true;
        html.text("Only at " + endpoint.title() + ": " + PageText.and(only) + ". ");
      }
    }
    if (!differs) {
      html.text("Nothing: all have the same.");
    }
    html.close();
  }

  private boolean isAtOneOnly(ModelConfig model) {
    return known.stream().filter(endpoint -> endpoint.model(model.id()).isPresent()).count() == 1;
  }

  private void comparison() {
    html.open(
        "div", "class", "scroll", "tabindex", "0", "role", "region", "aria-labelledby", "sum");
    html.open("table", "class", "comparison").open("caption", "id", "sum");
    html.element("strong", "What a million tokens in and a million out cost")
        .text(", in US dollars");
    html.element(
        "span",
        " as %s requests with %s tokens in and %s out each"
            .formatted(
                PageText.count(WorkedExample.REQUESTS),
                PageText.count(WorkedExample.INPUT_TOKENS_EACH),
                PageText.count(WorkedExample.OUTPUT_TOKENS_EACH)));
    html.close().open("thead").open("tr").element("th", "Model", "scope", "col");
    known.forEach(
        endpoint -> html.element("th", endpoint.title(), "scope", "col", "class", "number"));
    html.close().close().open("tbody");
    ids().forEach(this::row);
    html.close().close().close().line();
  }

  private Set<String> ids() {
    Set<String> ids = new LinkedHashSet<>();
    known.forEach(endpoint -> endpoint.prices().models().forEach(model -> ids.add(model.id())));
    return ids;
  }

  private void row(String id) {
    List<Optional<Usd>> costs =
        known.stream()
            .map(endpoint ->
                endpoint.model(id).map(model -> WorkedExample.cost(endpoint.prices(), model)))
            .toList();
    String name =
        known.stream()
            .flatMap(endpoint -> endpoint.model(id).stream())
            .findFirst()
            .map(ModelConfig::name)
            .orElse(id);
    List<Usd> all = costs.stream().flatMap(Optional::stream).sorted().toList();
    html.open("tr").open("th", "scope", "row").text(name).text(" ").element("code", id).close();
    for (Optional<Usd> cost : costs) {
      cell(cost.orElse(null), all);
    }
    html.close().line();
  }

  private void cell(@Nullable Usd cost, List<Usd> all) {
    if (cost == null) {
      html.element("td", "not here", "class", "number absent");
      return;
    }
    Usd saved = all.getLast().minus(cost);
    boolean cheapest = cost.equals(all.getFirst()) && !saved.equals(Usd.ZERO);
    html.open("td", "class", cheapest ? "number cheapest" : "number");
    html.element("span", cost.toString(), "class", "amount");
    if (cheapest) {
      html.text(" ").element("span", "cheaper by " + saved, "class", "badge");
    } else if (all.size() > 1 && saved.equals(Usd.ZERO) && cost.equals(all.getFirst())) {
      html.text(" ").element("span", "same", "class", "hint");
    }
    html.close();
  }
}
