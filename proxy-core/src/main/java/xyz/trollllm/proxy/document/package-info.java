/**
 * The JSON documents that the gateway itself answers with: models, prices, endpoints, accounts and
 * past requests.
 *
 * <p>Pure functions of configuration and history. Amounts of money are written as exact decimals,
 * as strings unless the document's readers expect numbers, and never pass through floating point.
 * Nothing here names an upstream's URLs, its model ids or its keys.
 */
@NullMarked
package xyz.trollllm.proxy.document;

import org.jspecify.annotations.NullMarked;
