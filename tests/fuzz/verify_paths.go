// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Verifies with crypto/x509 what accepted_paths prints, and fails where Go
// refuses what Airlock accepts.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"
)

func decode(list string) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for _, encoded := range strings.Split(list, ",") {
		der, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, err
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		certificates = append(certificates, certificate)
	}
	return certificates, nil
}

func verify(fields []string) error {
	trusted, err := decode(fields[3])
	if err != nil {
		return err
	}
	presented, err := decode(fields[4])
	if err != nil {
		return err
	}
	usage := x509.ExtKeyUsageServerAuth
	if fields[1] == "client" {
		usage = x509.ExtKeyUsageClientAuth
	}
	options := x509.VerifyOptions{
		DNSName:       fields[2],
		Roots:         x509.NewCertPool(),
		Intermediates: x509.NewCertPool(),
		CurrentTime:   time.Date(2030, 6, 1, 0, 0, 0, 0, time.UTC),
		KeyUsages:     []x509.ExtKeyUsage{usage},
	}
	for _, certificate := range trusted {
		options.Roots.AddCert(certificate)
		// Without partial_chain, a trusted certificate may lead on.
		options.Intermediates.AddCert(certificate)
	}
	for _, certificate := range presented[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err = presented[0].Verify(options)
	return err
}

func main() {
	accepted, refused := 0, 0
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		accepted++
		if err := verify(fields); err != nil {
			refused++
			fmt.Printf("%s: Airlock accepts, Go refuses: %v\n", fields[0], err)
		}
	}
	fmt.Printf("Airlock accepts %d, of which Go refuses %d\n", accepted, refused)
	if err := lines.Err(); err != nil || accepted == 0 || refused > 0 {
		os.Exit(1)
	}
}
