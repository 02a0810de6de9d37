package xyz.trollllm.server.backend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import xyz.trollllm.proxy.document.PublicEndpoint;

/**
 * The page for people that compares the endpoints and shows what their models cost. It brings all
 * it needs with it and runs no script.
 */
final class EndpointsPage {
  private static final String STYLE = style();

  /** Nothing but our own style may be used, and no other page may frame this one. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'sha256-"
          + sha256(STYLE)
          + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private EndpointsPage() {}

  static ByteBuffer html(List<PublicEndpoint> endpoints) {
    Html html = new Html();
    html.verbatim("<!DOCTYPE html>\n").open("html", "lang", "en");
    head(html);
    html.open("body");
    html.open("header").element("h1", "Endpoints and prices");
    html.element(
        "p",
        "One API key works at every endpoint. You choose which one to call: they differ in the"
            + " credit that pays, and may differ in upstream, models and prices. None stands in"
            + " for another.",
        "class",
        "lead");
    html.close().line().open("main");
    new EndpointChoice(html, endpoints).write();
    for (PublicEndpoint endpoint : endpoints) {
      new EndpointPrices(html, endpoint).write();
    }
    charging(html);
    html.close().line();
    footer(html);
    html.close().close().line();
    return ByteBuffer.wrap(html.toString().getBytes(UTF_8)).asReadOnlyBuffer();
  }

  private static void head(Html html) {
    html.open("head").empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.element("title", "Endpoints and prices");
    html.empty(
        "meta",
        "name",
        "description",
        "content",
        "Models, prices, multipliers and credit of every endpoint, side by side.");
    html.empty("link", "rel", "icon", "href", "data:,");
    html.open("style").verbatim(STYLE).close().close().line();
  }

  private static void charging(Html html) {
    html.open("section", "id", "charging").element("h2", "How a request is charged");
    html.open("p").text("Tokens of each kind × price per million, plus fees, all of it × the");
    html.text(" model’s multiplier, computed in exact decimals and rounded once per request, to a");
    html.text(" billionth of a dollar. Prices marked “you pay” have the multiplier in them: they");
    html.text(" are the very numbers that requests are charged by.").close();
    html.open("ul");
    html.element(
        "li",
        "If a prompt is longer than a limit named with a model, cached tokens included, the whole"
            + " request has the prices of that column, its answer too.");
    html.element("li", "What a request asks for and has no price here is refused, never guessed.");
    html.element("li", "Requests that fail before anything was delivered cost nothing.");
    html.open("li").text("Your own balance and charges: ").element("code", "GET /v1/me");
    html.text(" and ").element("code", "GET /v1/me/requests").text(" with your key.").close();
    html.close().close();
  }

  private static void footer(Html html) {
    html.open("footer").open("p").text("For programs: ");
    html.element("a", "this page as JSON", "href", "/endpoints.json").text(", and ");
    html.element("a", "/pricing", "href", "/pricing");
    html.text(", the price list of the endpoint that you ask. Amounts are US dollars.");
    html.close().close();
  }

  private static String style() {
    try (InputStream file = EndpointsPage.class.getResourceAsStream("endpoints.css")) {
      if (file == null) {
        throw new IllegalStateException("endpoints.css is missing in the jar");
      }
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
