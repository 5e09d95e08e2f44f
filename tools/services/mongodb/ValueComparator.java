package de.bwaldvogel.mongo.backend;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The order of values, in the place of the library's own, which compares texts by their UTF-16 code units. MongoDB compares their UTF-8 bytes, and so does this:
 * characters beyond U+FFFF stand behind all others. Order of types: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
public class ValueComparator implements Comparator<Object> {
  private static final ValueComparator ASCENDING = new ValueComparator(1, true);
  private static final ValueComparator DESCENDING = new ValueComparator(-1, true);
  private static final ValueComparator WITHOUT_LISTS = new ValueComparator(1, false);

  private static final List<Class<?>> TYPES =
      List.of(
          MinKey.class, Missing.class, Number.class, String.class, Document.class, Collection.class, BinData.class, UUID.class,
          ObjectId.class, Boolean.class, Instant.class, BsonTimestamp.class, BsonRegularExpression.class, MaxKey.class);

  private final int direction;
  /** A list stands where its least member does, or descending its greatest. */
  private final boolean listsByMember;

  private ValueComparator(int direction, boolean listsByMember) {
    this.direction = direction;
    this.listsByMember = listsByMember;
  }

  public static ValueComparator asc() {
    return ASCENDING;
  }

  public static ValueComparator desc() {
    return DESCENDING;
  }

  public static ValueComparator ascWithoutListHandling() {
    return WITHOUT_LISTS;
  }

  @Override
  public ValueComparator reversed() {
    return direction > 0 ? DESCENDING : ASCENDING;
  }

  static int compareTypes(Object a, Object b) {
    return Integer.compare(typeOf(a), typeOf(b));
  }

  @Override
  public int compare(Object a, Object b) {
    if (!listsByMember) return ordered(a, b);
    int order = ordered(memberOf(a), memberOf(b));
    // An empty list stands before a null.
    return direction * (order != 0 ? order : Boolean.compare(isEmptyList(b), isEmptyList(a)));
  }

  private static int typeOf(Object value) {
    if (value == null) return TYPES.indexOf(Missing.class);
    for (int n = 0; n < TYPES.size(); n++) if (TYPES.get(n).isInstance(value)) return n;
    throw new UnsupportedOperationException("values of " + value.getClass() + " have no order");
  }

  private static boolean isEmptyList(Object value) {
    return value instanceof Collection<?> list && list.isEmpty();
  }

  private Object memberOf(Object value) {
    return value instanceof Collection<?> list ? list.stream().map(Object.class::cast).min(this).orElse(Missing.getInstance()) : value;
  }

  private static int ordered(Object a, Object b) {
    int types = compareTypes(a, b);
    if (types != 0) return types;
    if (a instanceof Number x && b instanceof Number y) return Double.compare(x.doubleValue() + 0.0, y.doubleValue() + 0.0);
    if (a instanceof String x && b instanceof String y)
      return Arrays.compareUnsigned(x.getBytes(StandardCharsets.UTF_8), y.getBytes(StandardCharsets.UTF_8));
    if (a instanceof Document x && b instanceof Document y) return compareDocuments(x, y);
    if (a instanceof Collection<?> x && b instanceof Collection<?> y) return compareInTurn(List.copyOf(x), List.copyOf(y));
    if (a instanceof BinData x && b instanceof BinData y) return compareBytes(x.getData(), y.getData());
    if (a instanceof UUID x && b instanceof UUID y) return x.compareTo(y);
    if (a instanceof ObjectId x && b instanceof ObjectId y) return x.compareTo(y);
    if (a instanceof Boolean x && b instanceof Boolean y) return x.compareTo(y);
    if (a instanceof Instant x && b instanceof Instant y) return x.compareTo(y);
    if (a instanceof BsonTimestamp x && b instanceof BsonTimestamp y) return x.compareTo(y);
    // Nulls, and the two ends of the order.
    return a == null || b == null || a.getClass() == b.getClass() ? 0 : a.getClass().getName().compareTo(b.getClass().getName());
  }

  private static int compareBytes(byte[] a, byte[] b) {
    return a.length == b.length ? Arrays.compareUnsigned(a, b) : Integer.compare(a.length, b.length);
  }

  private static int compareInTurn(List<?> a, List<?> b) {
    for (int n = 0; n < Math.min(a.size(), b.size()); n++) {
      int order = ordered(a.get(n), b.get(n));
      if (order != 0) return order;
    }
    return Integer.compare(a.size(), b.size());
  }

  private static int compareDocuments(Document a, Document b) {
    var keysOfB = List.copyOf(b.keySet());
    int n = 0;
    for (String key : a.keySet()) {
      if (n == keysOfB.size()) return 1;
      String other = keysOfB.get(n++);
      int types = compareTypes(a.get(key), b.get(other));
      int order = types != 0 ? types : key.equals(other) ? ordered(a.get(key), b.get(other)) : ordered(key, other);
      if (order != 0) return order;
    }
    return Integer.compare(a.size(), b.size());
  }
}
