package xyz.trollllm.proxy.wire;

import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPolicy;

/**
 * What stands for the tokens that an upstream does not report.
 *
 * @param inputTokens those of the request
 * @param charactersPerToken what those of the answer are told from
 */
public record Estimation(long inputTokens, int charactersPerToken) {
  /** An image of usual size. */
  private static final int MEDIA_TOKENS = 1600;

  /**
   * The estimation for one request. Its media count by item, the rest of its body by bytes, and no
   * prompt is longer than the model takes.
   */
  public static Estimation of(RequestSummary summary, long bodyBytes, ModelConfig model) {
    int charactersPerToken = model.policy().charactersPerToken();
    long text = Math.ceilDiv(bodyBytes - summary.mediaBytes(), charactersPerToken);
    long media = (long) summary.inlineMedia() * MEDIA_TOKENS;
    long most = summary.inputs() * model.maxInputTokens();
    return new Estimation(Math.min(text + media, most), charactersPerToken);
  }

  /** The estimation for a body of text and a model that configures nothing. */
  static Estimation ofText(long bodyBytes) {
    int charactersPerToken = ModelPolicy.DEFAULT.charactersPerToken();
    return new Estimation(Math.ceilDiv(bodyBytes, charactersPerToken), charactersPerToken);
  }

  /** The tokens of an answer of this length. */
  long tokens(long characters) {
    return Math.ceilDiv(characters, charactersPerToken);
  }
}
