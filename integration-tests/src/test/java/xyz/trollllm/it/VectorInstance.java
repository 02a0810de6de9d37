package xyz.trollllm.it;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.server.vectors.Gateway;

/** A running gateway, or a part of one, that vectors are put to over sockets. */
interface VectorInstance extends AutoCloseable {

  /** A user nobody else uses, with these balances in dollars. */
  User newUser(int credits, int creditsNew);

  @Override
  void close();

  /** One user of an instance. */
  interface User {
    String key();

    /** The gateway as this user sees it, with this user's books. */
    Gateway gateway();

    /** The same without a look at the books, for many requests in a row. */
    Gateway unwatched();

    /** Waits until every field lost what is named here, all requests so far taken together. */
    List<String> awaitSpent(Map<CreditField, BigDecimal> amounts);
  }

  /** Makes one. */
  @FunctionalInterface
  interface Maker {
    VectorInstance start(PublishedBook book, Map<String, String> environment);
  }
}
