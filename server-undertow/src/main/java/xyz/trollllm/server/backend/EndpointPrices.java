package xyz.trollllm.server.backend;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.proxy.document.PublicEndpoint;

/** The part of the page that shows all prices of one endpoint, model by model. */
final class EndpointPrices {
  private final Html html;
  private final PublicEndpoint endpoint;

  /** Prices that hold under one condition, before and after the multiplier. */
  private record Column(String condition, TokenPrices list, TokenPrices effective) {}

  EndpointPrices(Html html, PublicEndpoint endpoint) {
    this.html = html;
    this.endpoint = endpoint;
  }

  void write() {
    if (endpoint.config() == null) {
      return;
    }
    html.open("section", "id", PageText.anchor(endpoint));
    html.element("h2", "Prices at " + endpoint.title());
    PublicEndpoint.Problem problem = endpoint.problem();
    if (problem != null) {
      PageText.problem(html, problem);
    }
    html.element("p", "US dollars per million tokens.", "class", "unit");
    html.open("div", "class", "models");
    endpoint.prices().models().forEach(this::model);
    html.close().close().line();
  }

  private void model(ModelConfig model) {
    List<Column> columns = columns(model.pricing());
    String kind = columns.size() > 1 ? "card wide" : "card";
    html.open("article", "class", kind, "id", endpoint.service() + "/" + model.id());
    html.element("h3", model.name());
    html.open("p", "class", "ids").element("code", model.id());
    if (!model.aliases().isEmpty()) {
      html.text(" also ");
      for (String alias : model.aliases()) {
        html.element("code", alias).text(" ");
      }
    }
    html.close();
    prices(model, columns);
    html.open("ul", "class", "terms");
    html.open("li").text("Multiplier ");
    html.element("b", PageText.plain(model.pricing().multiplier()), "class", "multiplier").close();
    fees(model.pricing());
    factors(model.pricing().factors());
    html.open("li").text("Paid from ").element("code", model.creditField().balanceField());
    html.text(", served by ").element("span", model.upstream(), "class", "upstream").close();
    html.open("li").text("At most ").text(PageText.count(model.maxInputTokens()));
    html.text(" tokens in, ").text(PageText.count(model.maxOutputTokens())).text(" out").close();
    html.close().close().line();
  }

  private static List<Column> columns(ModelPricing pricing) {
    ModelPricing effective = pricing.effective();
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("ordinary", pricing.prices(), effective.prices()));
    for (int i = 0; i < pricing.longContextTiers().size(); i++) {
      LongContextTier tier = pricing.longContextTiers().get(i);
      columns.add(
          new Column(
              "above " + PageText.count(tier.aboveInputTokens()) + " tokens in",
              tier.prices(),
              effective.longContextTiers().get(i).prices()));
    }
    TokenPrices fast = pricing.fastPrices();
    TokenPrices effectiveFast = effective.fastPrices();
    if (fast != null && effectiveFast != null) {
      columns.add(new Column("fast", fast, effectiveFast));
    }
    return columns;
  }

  private void prices(ModelConfig model, List<Column> columns) {
    html.open(
        "div",
        "class",
        "scroll",
        "tabindex",
        "0",
        "role",
        "region",
        "aria-label",
        "Prices of " + model.name());
    html.open("table").open("thead");
    if (columns.size() > 1) {
      html.open("tr").element("td", "");
      for (Column column : columns) {
        html.element("th", column.condition(), "colspan", "2", "scope", "colgroup");
      }
      html.close();
    }
    html.open("tr").element("td", "");
    for (int i = 0; i < columns.size(); i++) {
      html.element("th", "list", "scope", "col", "class", "number list");
      html.element("th", "you pay", "scope", "col", "class", "number");
    }
    html.close().close().open("tbody");
    row("Input", columns, TokenPrices::input);
    row("Output", columns, TokenPrices::output);
    row("Cache write, 5 min", columns, TokenPrices::cacheWrite5m);
    row("Cache write, 1 h", columns, TokenPrices::cacheWrite1h);
    row("Cache read", columns, TokenPrices::cacheHit);
    html.close().close().close();
  }

  private void row(String kind, List<Column> columns, Function<TokenPrices, BigDecimal> price) {
    html.open("tr").element("th", kind, "scope", "row");
    for (Column column : columns) {
      html.element("td", PageText.plain(price.apply(column.list())), "class", "number list");
      html.element("td", PageText.plain(price.apply(column.effective())), "class", "number pay");
    }
    html.close().line();
  }

  private void fees(ModelPricing pricing) {
    ModelPricing effective = pricing.effective();
    fee("Web search", pricing.fees().webSearch(), effective.fees().webSearch());
    fee("Web fetch", pricing.fees().webFetch(), effective.fees().webFetch());
  }

  private void fee(String tool, @Nullable BigDecimal list, @Nullable BigDecimal effective) {
    html.open("li").text(tool + " ");
    if (list == null || effective == null) {
      html.text("has no price: refused");
    } else if (list.signum() == 0) {
      html.element("b", "0", "class", "fee").text(": its tokens only");
    } else {
      html.element("b", PageText.plain(effective), "class", "fee").text(" per use, list ");
      html.element("span", PageText.plain(list), "class", "list-fee");
    }
    html.close();
  }

  private void factors(PriceFactors factors) {
    factor("Service tier batch", factors.batch());
    factor("Service tier flex", factors.flex());
    factor("Service tier priority", factors.priority());
    factor("Inference in the US only", factors.inferenceGeoUs());
  }

  private void factor(String service, @Nullable BigDecimal factor) {
    if (factor != null) {
      html.open("li").text(service + ": token prices × ");
      html.element("b", PageText.plain(factor), "class", "factor").close();
    }
  }
}
