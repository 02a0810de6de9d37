/** Accounts and keys as the existing deployment's collections hold them. */
@NullMarked
package xyz.trollllm.proxy.mongo;

import org.jspecify.annotations.NullMarked;
