/** What is spoken here, as `CapabilityStatement` of FHIR R4. @param date of this description, `2026-11-23`. */
export function capabilityStatement(base: string, date: string) {
  const reading = [{ code: 'read' }, { code: 'search-type' }];
  const writing = [{ code: 'create' }, { code: 'update' }, ...reading];
  const parameter = (name: string, type: 'date' | 'token' | 'reference') => ({ name, type });
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'Linkello' },
    implementation: { description: 'Appointments by video', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: { description: 'A service token of an organisation: Authorization: Bearer TOKEN.' },
        resource: [
          {
            type: 'Appointment',
            versioning: 'versioned-update',
            conditionalCreate: true,
            interaction: writing,
            searchParam: [
              parameter('date', 'date'),
              parameter('status', 'token'),
              parameter('identifier', 'token'),
              parameter('actor', 'reference'),
              parameter('slot', 'reference'),
            ],
          },
          {
            type: 'Slot',
            versioning: 'versioned-update',
            conditionalCreate: true,
            interaction: writing,
            searchParam: [
              parameter('start', 'date'),
              parameter('status', 'token'),
              parameter('identifier', 'token'),
              parameter('schedule', 'reference'),
            ],
          },
          { type: 'Schedule', interaction: reading },
          { type: 'HealthcareService', interaction: reading },
        ],
      },
    ],
  };
}
