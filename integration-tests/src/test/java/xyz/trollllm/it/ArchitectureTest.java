package xyz.trollllm.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("xyz.trollllm");

  /** Balances that older programs read as doubles are converted in this one class. */
  private static final String LEGACY_BALANCES = "xyz.trollllm.billing.mongo.LegacyDollars";

  @Test
  void dependenciesPointOneWay() {
    noClasses()
        .that()
        .resideInAPackage("xyz.trollllm.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "xyz.trollllm.billing..", "xyz.trollllm.proxy..", "xyz.trollllm.server..")
        .check(PRODUCT);
    noClasses()
        .that()
        .resideInAPackage("xyz.trollllm.billing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("xyz.trollllm.proxy..", "xyz.trollllm.server..")
        .check(PRODUCT);
    noClasses()
        .that()
        .resideInAPackage("xyz.trollllm.proxy..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("xyz.trollllm.server..")
        .check(PRODUCT);
  }

  @Test
  @DisplayName("L1 L2 the cores know no web server")
  void coresKnowNoWebServer() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "xyz.trollllm.config..", "xyz.trollllm.billing..", "xyz.trollllm.proxy..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.undertow..", "org.xnio..", "org.slf4j..")
        .check(PRODUCT);
  }

  @Test
  void onlyTheirOwnPackagesKnowMongo() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "xyz.trollllm.billing",
            "xyz.trollllm.billing.journal",
            "xyz.trollllm.proxy",
            "xyz.trollllm.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.mongodb..", "org.bson..")
        .check(PRODUCT);
  }

  @Test
  void billingNeverSeesHttpOrJson() {
    noClasses()
        .that()
        .resideInAPackage("xyz.trollllm.billing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net.http..", "tools.jackson..")
        .check(PRODUCT);
  }

  @Test
  void moneyIsNeverFloatingPoint() {
    for (Class<?> floating : new Class<?>[] {double.class, float.class, Double.class}) {
      noFields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAnyPackage("xyz.trollllm.billing..", "xyz.trollllm.config..")
          .and()
          .areNotDeclaredIn(LEGACY_BALANCES)
          .should()
          .haveRawType(floating)
          .check(PRODUCT);
    }
  }
}
