// Apache Avro's own verdicts: reads a JSON array of [reader, writer] pairs of schemas (as texts), writes one of lists of
// the kinds of incompatibility with their locations.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

public class AvroCompatibility {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode answers = mapper.createArrayNode();
    for (JsonNode pair : mapper.readTree(System.in)) {
      ArrayNode answer = answers.addArray();
      Schema reader = new Schema.Parser().parse(pair.get(0).asText());
      Schema writer = new Schema.Parser().parse(pair.get(1).asText());
      SchemaCompatibility.SchemaPairCompatibility result =
          SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
      for (SchemaCompatibility.Incompatibility each : result.getResult().getIncompatibilities()) {
        answer.add(each.getType() + " " + each.getLocation());
      }
    }
    System.out.println(mapper.writeValueAsString(answers));
  }
}
