package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;

/** The store is known not to answer, so it was not asked: nothing has happened there. */
final class StoreSilentException extends MongoException {
  private static final long serialVersionUID = 1L;

  StoreSilentException() {
    super("the store does not answer");
  }
}
