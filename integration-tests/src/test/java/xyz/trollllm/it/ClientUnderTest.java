package xyz.trollllm.it;

/** Client libraries at work. Used by one thread at a time. */
interface ClientUnderTest {
  ClientReport run(String library, ClientJob job);
}
