package xyz.trollllm.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import xyz.trollllm.config.JsonValue.JsonString;

/**
 * What the URL of an upstream's endpoint may be.
 *
 * <p>Requests carry the operator's keys and the users' prompts, so plain http is for this machine
 * only. Host names are not resolved: the answer would differ from machine to machine.
 */
final class EndpointUrl {
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

  static final Rule<URI> RULE =
      Rules.rule(
          "the complete URL requests go to, such as \"https://api.example.com/v1/messages\"",
          EndpointUrl::read);

  private EndpointUrl() {}

  private static Rule.Reading<URI> read(JsonValue value) {
    if (!(value instanceof JsonString(String text))) {
      return Rule.refused("must be " + RULE.allowed(), value);
    }
    try {
      URI url = new URI(text);
      return problem(url)
          .<Rule.Reading<URI>>map(Rule.Reading.Refused::new)
          .orElseGet(() -> new Rule.Reading.Good<>(url));
    } catch (URISyntaxException e) {
      return new Rule.Reading.Refused<>(
          "must be " + RULE.allowed() + ", was no URL: " + e.getReason());
    }
  }

  /** What is wrong with {@code url}; the URL itself is not shown, it may hold a password. */
  private static Optional<String> problem(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      return Optional.of("must start with https://, was " + Quoted.of(scheme));
    }
    if (url.getRawUserInfo() != null || hasUserInfo(url)) {
      return Optional.of("must not contain a user name or password");
    }
    if (url.getHost() == null) {
      return Optional.of("must name a host, such as https://api.example.com/v1/messages");
    }
    if (url.getPort() == 0 || url.getPort() > HIGHEST_PORT) {
      return Optional.of("must have a port from 1 to 65535, was " + url.getPort());
    }
    if (url.getRawFragment() != null) {
      return Optional.of("must not contain a fragment (#...)");
    }
    if (scheme.equals("http") && !LOOPBACK.matcher(url.getHost()).matches()) {
      return Optional.of(
          "must use https; http is for loopback hosts only, was host " + Quoted.of(url.getHost()));
    }
    return Optional.empty();
  }

  /** Of an authority that is no server address, {@link URI} does not split off the user. */
  private static boolean hasUserInfo(URI url) {
    return url.getRawAuthority() != null && url.getRawAuthority().contains("@");
  }
}
