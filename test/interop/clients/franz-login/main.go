// franz-go: logs in as each entry of a JSON list says, and prints a line a piece: the topics, or the broker's error.
//
//	program LIST
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

type login struct {
	Name, Bootstrap, Mechanism, Username, Password, Token, Ca, Certificate, Key string
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (l login) mechanism() sasl.Mechanism {
	switch l.Mechanism {
	case "PLAIN":
		return plain.Auth{User: l.Username, Pass: l.Password}.AsMechanism()
	case "SCRAM-SHA-256":
		return scram.Auth{User: l.Username, Pass: l.Password}.AsSha256Mechanism()
	case "SCRAM-SHA-512":
		return scram.Auth{User: l.Username, Pass: l.Password}.AsSha512Mechanism()
	}
	return oauth.Auth{Token: l.Token}.AsMechanism()
}

func (l login) try() string {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(l.Ca)))
	config := &tls.Config{RootCAs: roots}
	if l.Certificate != "" {
		config.Certificates = []tls.Certificate{must(tls.LoadX509KeyPair(l.Certificate, l.Key))}
	}
	options := []kgo.Opt{kgo.SeedBrokers(l.Bootstrap), kgo.DialTLSConfig(config)}
	if l.Mechanism != "" {
		options = append(options, kgo.SASL(l.mechanism()))
	}
	client := must(kgo.NewClient(options...))
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	answer, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, client)
	if err != nil {
		var ofKafka *kerr.Error
		if errors.As(err, &ofKafka) {
			return ofKafka.Message
		}
		return "refused"
	}
	names := []string{}
	for _, topic := range answer.Topics {
		names = append(names, *topic.Topic)
	}
	sort.Strings(names)
	return "ok [" + strings.Join(names, " ") + "]"
}

func main() {
	var logins []login
	if err := json.Unmarshal([]byte(os.Args[1]), &logins); err != nil {
		panic(err)
	}
	for _, each := range logins {
		fmt.Println(each.Name, each.try())
	}
}
