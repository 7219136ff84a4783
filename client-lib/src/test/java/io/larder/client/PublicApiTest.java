package io.larder.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PublicApiTest {
  private static final Pattern TYPE_NAME = Pattern.compile("[a-z][\\w.]*\\.[A-Z][\\w$.]*");

  @Test
  void shows_only_its_own_types_and_those_of_the_JDK() throws Exception {
    Set<String> foreign = new TreeSet<>();
    int signatures = 0;
    for (Class<?> type : publicTypes()) {
      for (Type shown : shownBy(type)) {
        signatures++;
        Matcher names = TYPE_NAME.matcher(shown.getTypeName());
        while (names.find()) {
          String name = names.group();
          if (!name.startsWith("java.") && !name.startsWith("io.larder.client.")) {
            foreign.add(name + " in " + type.getName());
          }
        }
      }
    }
    assertThat(foreign).isEmpty();
    assertThat(signatures).as("signatures looked at").isGreaterThan(50);
  }

  @Test
  void is_made_of_the_types_that_it_promises() throws Exception {
    assertThat(publicTypes().stream().filter(type -> !type.isMemberClass()))
        .extracting(Class::getSimpleName)
        .containsExactlyInAnyOrder(
            "Artifact",
            "ArtifactDetails",
            "Ensure",
            "EnsureRequest",
            "LarderClient",
            "LarderClientException",
            "NodeStatus",
            "Progress");
  }

  private static List<Class<?>> publicTypes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes =
        Path.of(LarderClient.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("io/larder/client");
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          Class<?> type = Class.forName("io.larder.client." + name.replace(".class", ""));
          if (isShown(type.getModifiers())) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static List<Type> shownBy(Class<?> type) {
    List<Type> shown = new ArrayList<>();
    if (type.getGenericSuperclass() != null) {
      shown.add(type.getGenericSuperclass());
    }
    shown.addAll(List.of(type.getGenericInterfaces()));
    for (Field field : type.getDeclaredFields()) {
      if (isShown(field.getModifiers())) {
        shown.add(field.getGenericType());
      }
    }
    List<Executable> executables = new ArrayList<>(List.of(type.getDeclaredConstructors()));
    executables.addAll(List.of(type.getDeclaredMethods()));
    for (Executable executable : executables) {
      if (isShown(executable.getModifiers())) {
        if (executable instanceof Method method) {
          shown.add(method.getGenericReturnType());
        }
        for (Parameter parameter : executable.getParameters()) {
          shown.add(parameter.getParameterizedType());
        }
        shown.addAll(List.of(executable.getGenericExceptionTypes()));
      }
    }
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        shown.add(component.getGenericType());
      }
    }
    return shown;
  }

  private static boolean isShown(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }
}
