package xyz.trollllm.it;

import java.util.EnumMap;
import java.util.Map;

/** Where client libraries run. Each is started when it is first needed, and once. */
enum ClientRuntime {
  JAVA {
    @Override
    ClientUnderTest start() {
      ClientUnderTest anthropic = new JavaAnthropicClient();
      ClientUnderTest openAi = new JavaOpenAiClient();
      return (library, job) -> (library.equals("anthropic") ? anthropic : openAi).run(library, job);
    }
  },
  NODE {
    @Override
    ClientUnderTest start() {
      Programs.require("node", "--version");
      Programs.require("npm", "--version");
      return ScriptClient.start(ClientInstall.node());
    }
  },
  NEWEST_PYTHON {
    @Override
    ClientUnderTest start() {
      Programs.require("python3", "-c", "import ensurepip, venv");
      return ScriptClient.start(ClientInstall.newestPython());
    }
  },
  OLDER_PYTHON {
    @Override
    ClientUnderTest start() {
      Programs.require("python3", "-c", "import ensurepip, venv");
      return ScriptClient.start(ClientInstall.olderPython());
    }
  };

  private static final Map<ClientRuntime, ClientUnderTest> STARTED =
      new EnumMap<>(ClientRuntime.class);

  abstract ClientUnderTest start();

  /** What runs its libraries. */
  ClientUnderTest client() {
    synchronized (STARTED) {
      return STARTED.computeIfAbsent(this, ClientRuntime::start);
    }
  }
}
