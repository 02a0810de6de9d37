package xyz.trollllm.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * A minimal file with one part replaced, and what the loader must say about it.
 *
 * @param schemaCanTell whether a JSON Schema can express what is wrong
 */
record RefusedValue(String part, String replacement, boolean schemaCanTell, List<String> problems) {
  private static final String URL = "\"https://up.example/v1/messages\"";
  private static final String INPUT = "\"input_price_per_mtok\": 3.00";
  private static final String USD = "US dollars per million tokens, such as 3.75";
  private static final String MODEL = "$.models[0].";
  private static final String A_URL =
      "the complete URL requests go to, such as \"https://api.example.com/v1/messages\"";
  private static final String UPSTREAMS = "\"port\": 8004, \"upstreams\": ";

  static Stream<RefusedValue> all() {
    return Stream.of(instance(), endpoints(), upstreams(), models(), prices(), tiers())
        .flatMap(cases -> cases);
  }

  private static Stream<RefusedValue> instance() {
    String port = "\"port\": 8004";
    String aPort = "a whole number from 1 to 65535";
    return Stream.of(
        refused(port, "\"port\": \"8004\"", "$.port: must be " + aPort + ", was \"8004\""),
        refused(port, "\"port\": 0", "$.port: must be " + aPort + ", was 0"),
        refused(port, "\"port\": 65536", "$.port: must be " + aPort + ", was 65536"),
        refused(port, "\"port\": 8004.5", "$.port: must be " + aPort + ", was 8004.5"),
        refused(port, "\"port\": null", "$.port: must be " + aPort + ", was null"),
        refused(
            port,
            "\"prot\": 8004",
            "$.port: is missing, must be " + aPort,
            "$.prot: is not a known key; did you mean \"port\"?"),
        beyondSchema(
            port, "\"port\": 64536", "$.ops_port: is missing, and port + 1000 is above 65535"),
        beyondSchema(
            port,
            "\"port\": 8004, \"ops_port\": 8004",
            "$.ops_port: must differ from port, was 8004"),
        beyondSchema(
            port,
            "\"port\": 8004, \"port\": 8005",
            "$.port: is written twice, the second time on line 2, column 17"),
        refused(
            port,
            "\"port\": 8004, \"max_body_bytes\": 0",
            "$.max_body_bytes: must be a whole number from 1 to 2147483647, was 0"),
        refused(
            port,
            "\"port\": 8004, \"instance\": \"Open Hands\"",
            "$.instance: must be a short name of lower-case letters, digits and dashes, was \"Open"
                + " Hands\""),
        refused(
            port,
            "\"port\": 8004, \"public_host\": \"https://chat.example.com\"",
            "$.public_host: must be a host name in lower case, such as \"chat.example.com\", was"
                + " \"https://chat.example.com\""),
        refused(
            port,
            "\"port\": 8004, \"user_agent\": \"a\\r\\nx-evil: 1\"",
            "$.user_agent: must be a header value in ASCII, was \"a\\u000d\\u000ax-evil: 1\""),
        refused(
            port,
            "\"port\": 8004, \"rate_limit\": {}",
            "$.rate_limit.requests_per_minute: is missing, must be a whole number from 0 to"
                + " 2147483647"),
        refused(
            port, "\"port\": 8004, \"rate_limit\": 60", "$.rate_limit: must be an object, was 60"),
        refused(
            port,
            "\"port\": 8004, \"store_outage\": {\"admit\": \"all\"}",
            "$.store_outage.admit: must be \"grace\" or \"refuse\", was \"all\""),
        refused(
            port,
            "\"port\": 8004, \"store_outage\": {\"admit\": \"grace\"}",
            "$.store_outage.grace_usd_per_account: must be above zero where \"admit\" is \"grace\""),
        refused(
            port,
            "\"port\": 8004, \"store_outage\": {\"grace_usd_per_account\": 1}",
            "$.store_outage.grace_usd_per_account: means nothing unless \"admit\" is \"grace\""),
        refused(
            port,
            "\"port\": 8004, \"journal\": {\"sync\": \"always\", \"segment_bytes\": 65536}",
            "$.journal.sync: must be \"group\" or \"none\", was \"always\"",
            "$.journal.segment_bytes: must be a whole number from 1048576 to 1073741824, was"
                + " 65536"),
        refused(
            port,
            "\"port\": 8004, \"journal\": {\"directory\": \" \"}",
            "$.journal.directory: must be the path of a directory, was \" \""),
        refused(
            port, "\"port\": 8004, \"api_key\": \"sk-secret\"", "$.api_key: is not a known key"));
  }

  private static Stream<RefusedValue> endpoints() {
    String name = "\"openhands-anthropic\"";
    return Stream.of(
        refused(
            name,
            "\"openhands-gemini\"",
            "$.endpoints[0].name: must be \"<upstream>-\" and anthropic, openai, responses or"
                + " embeddings, in lower case, was \"openhands-gemini\""),
        beyondSchema(
            "\"endpoints\": [",
            "\"endpoints\": [{\"name\": \"openhands-anthropic\", \"base_url\": \"https://a.example/x\"},",
            "$.endpoints[1].name: \"openhands-anthropic\" is already taken by $.endpoints[0].name"),
        url("\"\"", true, "must start with https://, was \"\""),
        url("\"up.example/v1\"", true, "must start with https://, was \"\""),
        url("\"ftp://up.example/\"", true, "must start with https://, was \"ftp\""),
        url(
            "\"http://up.example/v1\"",
            true,
            "must use https; http is for loopback hosts only, was host \"up.example\""),
        url(
            "\"http://localhost.example/v1\"",
            true,
            "must use https; http is for loopback hosts only, was host \"localhost.example\""),
        url(
            "\"https://me:secret@up.example/v1\"",
            true,
            "must not contain a user name or password"),
        url(
            "\"https://me:secret@under_score/v1\"",
            true,
            "must not contain a user name or password"),
        url("\"https://up.example/v1#x\"", true, "must not contain a fragment (#...)"),
        url("\"https://\"", true, "must be " + A_URL + ", was no URL: Expected authority"),
        url(
            "\"https:///v1\"",
            true,
            "must name a host, such as https://api.example.com/v1/messages"),
        url(
            "\"https://under_score/v1\"",
            false,
            "must name a host, such as https://api.example.com/v1/messages"),
        url("\"https://up.example:70000/\"", false, "must have a port from 1 to 65535, was 70000"),
        url(
            "\"https://up.example/a b\"",
            true,
            "must be " + A_URL + ", was no URL: Illegal character in path"),
        url("17", true, "must be " + A_URL + ", was 17"));
  }

  private static RefusedValue url(String url, boolean schemaCanTell, String message) {
    return new RefusedValue(
        URL, url, schemaCanTell, List.of("$.endpoints[0].base_url: " + message));
  }

  private static Stream<RefusedValue> upstreams() {
    String port = "\"port\": 8004";
    return Stream.of(
        beyondSchema(
            port,
            UPSTREAMS + "[{\"name\": \"openhand\"}]",
            "$.upstreams[0].name: \"openhand\" has no endpoint, known upstreams are openhands; did"
                + " you mean \"openhands\"?"),
        beyondSchema(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\"}, {\"name\": \"openhands\"}]",
            "$.upstreams[1].name: \"openhands\" is already taken by $.upstreams[0].name"),
        refused(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\", \"auth\": \"basic\"}]",
            "$.upstreams[0].auth: must be \"bearer\" or \"both\" or \"x-api-key\", was \"basic\""),
        refused(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\", \"api_key_variable\": \"sk-secret\"}]",
            "$.upstreams[0].api_key_variable: must be the name of an environment variable in upper"
                + " case, such as OPENHANDS_API_KEY; what was found is not shown"),
        refused(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\", \"connect_timeout_seconds\": 0}]",
            "$.upstreams[0].connect_timeout_seconds: must be a whole number from 1 to 86400, was"
                + " 0"),
        refused(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\", \"max_connections\": true}]",
            "$.upstreams[0].max_connections: must be a whole number from 1 to 100000, was true"),
        refused(
            port,
            UPSTREAMS + "[{\"name\": \"openhands\", \"tokens_per_minute\": -1}]",
            "$.upstreams[0].tokens_per_minute: must be a whole number from 0 to 1000000000000, was"
                + " -1"),
        refused(port, UPSTREAMS + "[7]", "$.upstreams[0]: must be an object, was 7"),
        refused(port, UPSTREAMS + "{}", "$.upstreams: must be an array, was an empty object"));
  }

  private static Stream<RefusedValue> models() {
    String id = "\"id\": \"sonnet\"";
    String anId = "a model id without spaces";
    return Stream.of(
        refused(id, "\"id\": \"\"", MODEL + "id: must be " + anId + ", was \"\""),
        refused(id, "\"id\": \"a b\"", MODEL + "id: must be " + anId + ", was \"a b\""),
        beyondSchema(
            id,
            "\"id\": \"sonnet\", \"id_aliases\": [\"a\", \"sonnet\"]",
            MODEL + "id_aliases[1]: \"sonnet\" is already taken by $.models[0].id"),
        refused(
            id,
            "\"id\": \"sonnet\", \"id_aliases\": [\"a\", 7]",
            MODEL + "id_aliases[1]: must be " + anId + ", was 7"),
        refused(
            id,
            "\"id\": \"sonnet\", \"upstream_model_id\": [\"a\", \"b\"]",
            MODEL
                + "upstream_model_id: must be one string, was an array: requests are answered by"
                + " the model that this file names, random substitution is not supported"),
        refused(
            id,
            "\"id\": \"sonnet\", \"usage_semantics\": \"both\"",
            MODEL
                + "usage_semantics: must be \"auto\" or \"exclusive\" or \"inclusive\", was"
                + " \"both\""),
        beyondSchema(
            "\"upstream\": \"openhands\"",
            "\"upstream\": \"ohmygpt\"",
            MODEL + "upstream: \"ohmygpt\" has no endpoint, known upstreams are openhands"),
        refused(
            "\"billing_upstream\": \"ohmygpt\"",
            "\"billing_upstream\": \"ohmygtp\"",
            MODEL + "billing_upstream: must be \"ohmygpt\" or \"openhands\", was \"ohmygtp\""),
        refused(
            "\"billing_upstream\": \"ohmygpt\",",
            "",
            MODEL + "billing_upstream: is missing, must be \"ohmygpt\" or \"openhands\""),
        refused(
            "\"max_output_tokens\": 64000",
            "\"max_output_tokens\": 0",
            MODEL + "max_output_tokens: must be a whole number from 1 to 100000000, was 0"),
        refused(
            id,
            "\"id\": \"sonnet\", \"reasoning\": \"high\"",
            MODEL + "reasoning: must be true or false, was \"high\""),
        refused(
            id,
            "\"id\": \"sonnet\", \"odd\\nkey\": 1",
            "$.models[0][\"odd\\u000akey\"]: is not a known key"));
  }

  private static Stream<RefusedValue> prices() {
    String multiplier = "\"billing_multiplier\": 1.06";
    return Stream.of(
        price("-0.01", true, "must not be negative, was -0.01"),
        price("\"-3\"", true, "must not be negative, was \"-3\""),
        price("100000.01", true, "must be at most 100000, was 100000.01"),
        price("0.0000001", false, "must have at most 6 decimals, was 0.0000001"),
        price("\"0.0000001\"", true, "must have at most 6 decimals, was \"0.0000001\""),
        price("1e-7", false, "must have at most 6 decimals, was 1e-7"),
        price("1e99", true, "must be at most 100000, was 1e99"),
        price(
            "1e-999999999",
            false,
            "must be from 0 to 100000 with at most 6 decimals, was 1e-999999999"),
        price("\"\"", true, "must be " + USD + ", was \"\""),
        price("\"3,75\"", true, "must be " + USD + ", was \"3,75\""),
        price("\"1e3\"", true, "must be " + USD + ", was \"1e3\""),
        price("\"$3\"", true, "must be " + USD + ", was \"$3\""),
        price("true", true, "must be " + USD + ", was true"),
        price("null", true, "must be " + USD + ", was null"),
        price("[3]", true, "must be " + USD + ", was an array"),
        price("{\"usd\": 3}", true, "must be " + USD + ", was an object"),
        refused(INPUT + ",", "", MODEL + "input_price_per_mtok: is missing, must be " + USD),
        refused(
            "\"cache_write_1h_price_per_mtok\": 6.00,",
            "",
            MODEL + "cache_write_1h_price_per_mtok: is missing, must be " + USD),
        refused(
            multiplier,
            "\"billing_multiplier\": 0",
            MODEL + "billing_multiplier: must be a number above zero, such as 1.06, was 0"),
        refused(
            multiplier,
            "\"billing_multiplier\": 106",
            MODEL + "billing_multiplier: must be at most 100, was 106"),
        refused(
            INPUT,
            INPUT + ", \"request_fees\": {\"web_search\": 1001}",
            MODEL + "request_fees.web_search: must be at most 1000, was 1001"),
        refused(
            INPUT,
            INPUT + ", \"request_fees\": {\"websearch\": 0.01}",
            MODEL + "request_fees.websearch: is not a known key; did you mean \"web_search\"?"));
  }

  private static RefusedValue price(String written, boolean schemaCanTell, String message) {
    return new RefusedValue(
        INPUT,
        "\"input_price_per_mtok\": " + written,
        schemaCanTell,
        List.of(MODEL + "input_price_per_mtok: " + message));
  }

  private static Stream<RefusedValue> tiers() {
    String prices =
        """
        , "input_price_per_mtok": 6, "output_price_per_mtok": 22.5,
        "cache_write_price_per_mtok": 7.5, "cache_write_1h_price_per_mtok": 12,
        "cache_hit_price_per_mtok": 0.6}\
        """;
    String tier = "{\"above_input_tokens\": 1000" + prices;
    return Stream.of(
        beyondSchema(
            INPUT,
            INPUT + ", \"long_context_tiers\": [" + tier + ", " + tier + "]",
            MODEL
                + "long_context_tiers[1].above_input_tokens: must be above 1000 of the tier before"
                + " it, was 1000"),
        refused(
            INPUT,
            INPUT + ", \"long_context_tiers\": [" + tier.replace("\"cache_hit", "\"cash_hit") + "]",
            MODEL + "long_context_tiers[0].cache_hit_price_per_mtok: is missing, must be " + USD,
            MODEL
                + "long_context_tiers[0].cash_hit_price_per_mtok: is not a known key; did you mean"
                + " \"cache_hit_price_per_mtok\"?"),
        refused(
            INPUT,
            INPUT + ", \"long_context_tiers\": [" + tier.replace("1000", "0") + "]",
            MODEL
                + "long_context_tiers[0].above_input_tokens: must be a whole number from 1 to"
                + " 100000000, was 0"));
  }

  private static RefusedValue refused(String part, String replacement, String... problems) {
    return new RefusedValue(part, replacement, true, List.of(problems));
  }

  private static RefusedValue beyondSchema(String part, String replacement, String... problems) {
    return new RefusedValue(part, replacement, false, List.of(problems));
  }

  String json() {
    return TestConfigs.minimalWith(part, replacement);
  }

  @Override
  public String toString() {
    return replacement + " -> " + problems;
  }
}
