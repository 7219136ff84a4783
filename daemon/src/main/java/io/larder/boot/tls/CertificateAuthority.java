package io.larder.boot.tls;

import io.larder.content.NodeId;
import io.larder.error.ErrorKind;
import io.larder.error.LarderException;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/// Makes an authority and certificates of nodes: EC P-256, SHA-256, PEM, keys in PKCS #8 readable
/// by their owner alone. The authority's own key never reaches the disk: it lives as long as this
/// object, so an authority cannot be stolen later, and nodes that come later need a new one.
///
/// The JDK has no public API that writes certificates, and running `keytool` or `openssl` as a
/// process would need those on every machine; Bouncy Castle's PKIX library is what the JVM world
/// uses. Thread-safe.
public final class CertificateAuthority {
  private static final Duration VALID = Duration.ofDays(365);

  /// Against clocks that do not quite agree.
  private static final Duration SKEW = Duration.ofMinutes(10);

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int LONGEST_COMMON_NAME = 64;

  private final SecureRandom random = new SecureRandom();
  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;
  private final Path file;

  private CertificateAuthority(Path directory) throws GeneralSecurityException, IOException {
    this.name = named("Larder authority " + new BigInteger(32, random).toString(16));
    this.keys = newKeys();
    KeyUsage usage = new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    this.certificate =
        sign(
            builder(name, keys, name)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, usage),
            keys.getPrivate());
    this.file = write(directory.resolve("ca.crt"), pem(certificate), "rw-r--r--");
  }

  /// Makes an authority, valid for a year.
  ///
  /// @param directory gets its certificate, `ca.crt`; created when missing
  /// @throws LarderException UNAVAILABLE when the file cannot be written
  public static CertificateAuthority create(Path directory) {
    try {
      Files.createDirectories(directory);
      return new CertificateAuthority(directory);
    } catch (IOException e) {
      throw unwritable(directory, e);
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /// Certificate of the authority.
  public Path file() {
    return file;
  }

  /// Makes a certificate for a node, for both ends of a connection, valid for a year. One that is
  /// there already is replaced.
  ///
  /// @param addresses host names and IP addresses that others use to reach the node; its id is
  ///   added
  /// @param directory gets `<id>.crt` and `<id>.key`; created when missing
  /// @throws LarderException UNAVAILABLE when the files cannot be written
  public NodeCertificate issue(NodeId node, List<String> addresses, Path directory) {
    try {
      Files.createDirectories(directory);
      KeyPair nodeKeys = newKeys();
      GeneralName[] names =
          Stream.concat(Stream.of(node.value()), addresses.stream())
              .distinct()
              .map(CertificateAuthority::alternativeName)
              .toArray(GeneralName[]::new);
      ExtendedKeyUsage purposes =
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
      KeyUsage usage = new KeyUsage(KeyUsage.digitalSignature);
      X509Certificate issued =
          sign(
              builder(name, nodeKeys, named(node.value()))
                  .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                  .addExtension(Extension.keyUsage, true, usage)
                  .addExtension(Extension.extendedKeyUsage, false, purposes)
                  .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names)),
              keys.getPrivate());
      // The key first: a certificate that is there has its key.
      Path key =
          write(
              directory.resolve(node.value() + ".key"),
              pem(new JcaPKCS8Generator(nodeKeys.getPrivate(), null)),
              "rw-------");
      Path chain = write(directory.resolve(node.value() + ".crt"), pem(issued), "rw-r--r--");
      return new NodeCertificate(chain, key, file);
    } catch (IOException e) {
      throw unwritable(directory, e);
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  private X509v3CertificateBuilder builder(X500Name issuer, KeyPair subjectKeys, X500Name subject)
      throws GeneralSecurityException, CertIOException {
    Instant now = Instant.now();
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
    // An authority's certificate carries the key it is signed with; a node's is signed with ours.
    KeyPair issuerKeys = issuer.equals(subject) ? subjectKeys : keys;
    return new JcaX509v3CertificateBuilder(
            issuer,
            // 127 random bits: unique without keeping count.
            new BigInteger(127, random).setBit(126),
            Date.from(now.minus(SKEW)),
            Date.from(now.plus(VALID)),
            subject,
            subjectKeys.getPublic())
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            identifiers.createSubjectKeyIdentifier(subjectKeys.getPublic()))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            identifiers.createAuthorityKeyIdentifier(issuerKeys.getPublic()));
  }

  private static X500Name named(String name) {
    // RFC 5280 bounds a common name; the whole id is among the alternative names.
    String bounded = name.substring(0, Math.min(name.length(), LONGEST_COMMON_NAME));
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, bounded).build();
  }

  private static GeneralName alternativeName(String address) {
    int type = IPAddress.isValid(address) ? GeneralName.iPAddress : GeneralName.dNSName;
    return new GeneralName(type, address);
  }

  private KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  /// Whoever reads `target` sees the old or the new content whole, and a key is never readable by
  /// others, not even for a moment.
  private static Path write(Path target, String text, String mode) throws IOException {
    Path temporary = target.resolveSibling(target.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    var attributes = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    Set<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (var channel = Files.newByteChannel(temporary, options, attributes)) {
      var bytes = StandardCharsets.US_ASCII.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    return Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static LarderException unwritable(Path directory, IOException e) {
    return new LarderException(
        ErrorKind.UNAVAILABLE,
        "cannot write certificates into "
            + directory
            + " ("
            + e.getMessage()
            + "); make it writable or choose another folder",
        e);
  }

  private static LarderException impossible(GeneralSecurityException e) {
    return new LarderException(
        ErrorKind.INTERNAL,
        "this Java cannot make an EC P-256 certificate (" + e.getMessage() + "); use another JDK",
        e);
  }
}
