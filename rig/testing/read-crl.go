// Reads a revocation list as Go's clients do. Arguments: the CA, the list, a certificate; all PEM.
package main

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"log"
	"os"
)

func block(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	found, _ := pem.Decode(text)
	if found == nil {
		log.Fatalf("%s is not PEM", path)
	}
	return found.Bytes
}

func certificate(path string) *x509.Certificate {
	parsed, err := x509.ParseCertificate(block(path))
	if err != nil {
		log.Fatal(err)
	}
	return parsed
}

func main() {
	authority, leaf := certificate(os.Args[1]), certificate(os.Args[3])
	list, err := x509.ParseRevocationList(block(os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	if err := list.CheckSignatureFrom(authority); err != nil {
		log.Fatal(err)
	}
	revoked, reason := false, asn1.Enumerated(0)
	for _, entry := range list.RevokedCertificates {
		if entry.SerialNumber.Cmp(leaf.SerialNumber) != 0 {
			continue
		}
		revoked = true
		for _, extension := range entry.Extensions {
			if extension.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 21}) {
				if _, err := asn1.Unmarshal(extension.Value, &reason); err != nil {
					log.Fatal(err)
				}
			}
		}
	}
	answer := map[string]any{
		"number": list.Number.String(), "entries": len(list.RevokedCertificates),
		"revoked": revoked, "reason": int(reason),
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}
