package xyz.trollllm.it;

/** A client library at work. Used by one thread at a time. */
interface ClientUnderTest {
  ClientReport run(ClientJob job);
}
