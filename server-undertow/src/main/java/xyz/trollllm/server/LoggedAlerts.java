package xyz.trollllm.server;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import xyz.trollllm.proxy.OperatorAlert;
import xyz.trollllm.proxy.OperatorAlerts;

/** Writes alerts to the diagnostics, as errors. Safe for use by many threads. */
public final class LoggedAlerts implements OperatorAlerts {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedAlerts.class);

  @Override
  public void raise(OperatorAlert alert) {
    switch (alert) {
      case OperatorAlert.KeyRefused(String upstream, String keyId, int status, Duration rest) ->
          LOG.atError()
              .addKeyValue("alert", "upstream_key_refused")
              .addKeyValue("upstream", upstream)
              .addKeyValue("key", keyId)
              .addKeyValue("status", status)
              .addKeyValue("rest_seconds", rest.toSeconds())
              .log("upstream {} refused one of its keys; others go first for a while", upstream);
      case OperatorAlert.AllKeysRefused(String upstream, int keys, Duration rest) ->
          LOG.atError()
              .addKeyValue("alert", "upstream_keys_exhausted")
              .addKeyValue("upstream", upstream)
              .addKeyValue("keys", keys)
              .addKeyValue("rest_seconds", rest.toSeconds())
              .log("upstream {} refused all of its keys; requests to it fail", upstream);
    }
  }
}
