package xyz.trollllm.server.standin;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A running stand-in on the loopback interface. Safe for use by many threads.
 *
 * <p>It serves {@code POST /v1/messages}, {@code POST /v1/messages/count_tokens}, {@code POST
 * /v1/chat/completions}, {@code POST /v1/responses} and {@code POST /v1/embeddings}, below any path
 * prefix.
 */
public final class StandInUpstream implements AutoCloseable {
  /** The key that is accepted unless others are configured. */
  public static final String KEY = "sk-stand-in";

  private static final long MAX_BODY_BYTES = 64L << 20;
  private static final int SHUTDOWN_MILLIS = 2_000;

  private final ServedLog log = new ServedLog();
  private final AtomicReference<Script> script;
  private final Undertow server;

  private StandInUpstream(Builder builder) {
    script = new AtomicReference<>(builder.script);
    server =
        Undertow.builder()
            .setIoThreads(builder.ioThreads)
            .setWorkerThreads(1)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, MAX_BODY_BYTES)
            .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, SHUTDOWN_MILLIS)
            .addHttpListener(builder.port, "127.0.0.1")
            .setHandler(new StandInHandler(builder.keys, builder.models, log, script))
            .build();
    server.start();
  }

  /** Starts one on a free port that accepts {@link #KEY} and any model and answers at once. */
  public static StandInUpstream start() {
    return builder().start();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Where it listens, without a path. */
  public URI url() {
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    return URI.create("http://127.0.0.1:" + address.getPort());
  }

  /** What it does with requests from now on. */
  public void follow(Script newScript) {
    script.set(newScript);
  }

  /** The requests received, oldest first; only so many are kept. */
  public List<Served> served() {
    return log.snapshot();
  }

  /** Stops listening and cuts what is under way. */
  @Override
  public void close() {
    server.stop();
  }

  /** How a stand-in is to be. Used by one thread. */
  public static final class Builder {
    private int port;
    private int ioThreads = 1;
    private Set<String> keys = Set.of(KEY);
    private Set<String> models = Set.of();
    private Script script = Script.always(Behaviour.answers());

    private Builder() {}

    /** Where to listen; 0, the default, takes any free port. */
    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    /** How many threads serve; one unless said otherwise. */
    public Builder ioThreads(int count) {
      ioThreads = count;
      return this;
    }

    /** The keys to accept, instead of {@link StandInUpstream#KEY}. */
    public Builder keys(Set<String> newKeys) {
      keys = Set.copyOf(newKeys);
      return this;
    }

    /** The only models to know; all unless said otherwise. */
    public Builder models(Set<String> newModels) {
      models = Set.copyOf(newModels);
      return this;
    }

    /** A pause between two events of every answer. */
    public Builder pause(Duration pause) {
      return script(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.paced(pause))));
    }

    public Builder script(Script newScript) {
      script = newScript;
      return this;
    }

    public StandInUpstream start() {
      return new StandInUpstream(this);
    }
  }
}
