#!/bin/sh
# Makes the keys and certificates of this folder anew, valid from 2020 to 2120: sh test/net/tls/golden/make.sh
# Needs OpenSSL 3 and Java's keytool. All passwords are in the names of the tests that use them: storepass, keypass.
set -e
cd "$(dirname "$0")"
rm -f ./*.pem ./*.key ./*.p12 ./*.jks
work=$(mktemp -d)
touch "$work/index"
cat > "$work/ca.cnf" <<CONFIG
[ca]
default_ca = this
[this]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
unique_subject = no
copy_extensions = copy
policy = any
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:true
CONFIG
export OPENSSL_CONF="$work/ca.cnf"
sign() { openssl ca -batch -notext -startdate 20200101000000Z "$@"; }
# name, common name
authority() {
  openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -out "$work/csr" -subj "/O=Test/CN=$2"
  sign -selfsign -keyfile "$1.key" -in "$work/csr" -out "$1.pem" -enddate 21200101000000Z -extensions authority
}
# name, alternative names, year of its end, options of the key
issue() {
  name=$1 names=$2 year=$3
  shift 3
  openssl req -new "$@" -nodes -keyout "$name.key" -out "$work/csr" -subj "/O=Test/CN=$name" -addext "subjectAltName=$names"
  sign -cert ca.pem -keyfile ca.key -in "$work/csr" -out "$name.pem" -enddate "${year}0101000000Z"
}
authority ca 'Test CA'
authority foreign 'Foreign CA'
issue broker DNS:localhost,IP:127.0.0.1 2120 -newkey rsa:2048
issue expired DNS:localhost,IP:127.0.0.1 2021 -newkey rsa:2048
issue alice DNS:alice 2120 -newkey ec -pkeyopt ec_paramgen_curve:P-256
unset OPENSSL_CONF
openssl pkcs8 -topk8 -in alice.key -out alice-encrypted.key -passout pass:keypass
openssl pkcs12 -export -name alice -in alice.pem -inkey alice.key -certfile ca.pem -out alice.p12 -passout pass:storepass
openssl pkcs12 -export -legacy -name broker -in broker.pem -inkey broker.key -certfile ca.pem -out broker-legacy.p12 -passout pass:storepass
keytool -importcert -noprompt -alias ca -file ca.pem -keystore trust.p12 -storepass storepass -storetype PKCS12
keytool -importcert -noprompt -alias ca -file ca.pem -keystore trust.jks -storepass storepass -storetype JKS
keytool -importkeystore -srckeystore alice.p12 -srcstorepass storepass -alias alice -destkeystore alice.jks \
  -deststoretype JKS -deststorepass storepass -destkeypass keypass
keytool -importkeystore -srckeystore alice.p12 -srcstorepass storepass -alias alice -destkeystore alice-java.p12 \
  -deststoretype PKCS12 -deststorepass storepass
rm -rf "$work" ca.key foreign.key
