/**
 * What a process remembers of its open requests when it dies: a journal on the machine's own disk.
 *
 * <p>{@link xyz.trollllm.billing.journal.JournaledLedger} writes down every request around any
 * other {@link xyz.trollllm.billing.CreditLedger} and settles at the next start what was open;
 * {@link xyz.trollllm.billing.journal.RequestJournal} is the journal itself. Nothing here knows of
 * a database or of HTTP, and no key, prompt or answer is written.
 */
@NullMarked
package xyz.trollllm.billing.journal;

import org.jspecify.annotations.NullMarked;
